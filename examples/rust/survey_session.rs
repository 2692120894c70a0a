//! A survey, asked and answered step by step: `cargo run --example survey_session`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use heedful::Result;
use heedful::survey::{Answer, Context, Session, StepType, Survey};

fn main() -> Result<()> {
    let survey = Survey::preset("nps")?;
    println!("{} ways through the survey, {} doubts", survey.paths()?.len(), survey.lint()?.len());

    let context = Context {
        language: "de".into(),
        customer: Some("c7".into()),
        attributes: vec![("company".into(), "Acme".into())],
        ..Context::default()
    };
    let mut session = Session::start(survey.clone(), context)?;
    while session.step().kind != StepType::Thanks {
        let step = session.step();
        let answer = match step.kind {
            StepType::Rating => Answer::Rating(3.0),
            StepType::Text => Answer::text("zu langsam"),
            _ => Answer::Skip,
        };
        println!("{:3.0} %  {}  -> {answer:?}", step.progress * 100.0, step.text);
        session.answer(&step.id, answer)?;
        // The state goes to another device at any point.
        session = Session::from_json(survey.clone(), &session.to_json())?;
    }
    println!("{}", session.step().text);
    let response = session.response();
    println!("{:?} from a {}", response.rating, response.band.unwrap_or_default());
    Ok(())
}
