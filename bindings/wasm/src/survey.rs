//! Surveys that people answer in a page. A session lives in its state, which JavaScript holds between calls.

use heedful::survey::{
    Answer as Given, Context, Session, SessionStatus, Step, Survey, SurveyResponse,
};
use heedful::text::CommentStrength;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::output::answer;

/// What there is to show, and everything that was said so far.
#[derive(Serialize)]
struct Shown {
    state: String,
    step: Step,
    status: SessionStatus,
    response: SurveyResponse,
}

fn shown(session: &Session) -> Shown {
    Shown {
        state: session.to_json(),
        step: session.step(),
        status: session.status(),
        response: session.response(),
    }
}

/// Starts a survey.
///
/// # Errors
/// As for [`Survey::from_json`] and [`Session::start`].
#[wasm_bindgen]
pub fn start_session(survey: &str, context: &str) -> Answer {
    let run = || {
        let context = Context::from_json(context)?;
        Ok(shown(&Session::start(Survey::from_json(survey)?, context)?))
    };
    answer(run())
}

/// Answers a step of a session, given its state.
///
/// # Errors
/// As for [`Session::from_json`] and [`Session::answer`].
#[wasm_bindgen]
pub fn answer_step(survey: &str, state: &str, step: &str, given: &str) -> Answer {
    let run = || {
        let mut session = Session::from_json(Survey::from_json(survey)?, state)?;
        session.answer(step, Given::from_json(given)?)?;
        Ok(shown(&session))
    };
    answer(run())
}

/// Shows a session again (`stay`), goes back a step (`back`) or ends it (`decline`).
///
/// # Errors
/// As for [`Session::from_json`].
#[wasm_bindgen]
pub fn turn_session(survey: &str, state: &str, turn: &str) -> Answer {
    let run = || {
        let mut session = Session::from_json(Survey::from_json(survey)?, state)?;
        match turn {
            "back" => drop(session.back()),
            "decline" => drop(session.decline()),
            _ => {}
        }
        Ok(shown(&session))
    };
    answer(run())
}

/// Forgets the respondent of a session, if this is the customer; nothing where it is not.
///
/// # Errors
/// As for [`Session::from_json`].
#[wasm_bindgen]
pub fn forget_session(survey: &str, state: &str, customer: &str) -> Answer {
    let run = || {
        let mut session = Session::from_json(Survey::from_json(survey)?, state)?;
        Ok(session.forget(customer).then(|| shown(&session)))
    };
    answer(run())
}

/// How much a comment says, from its words alone.
///
/// # Errors
/// None.
#[wasm_bindgen]
pub fn comment_strength(comment: &str) -> Answer {
    answer(Ok(CommentStrength::of(comment)))
}
