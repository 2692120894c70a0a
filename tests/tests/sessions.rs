//! Sessions that every language runs: the steps that are shown, what is refused, and what comes of it.

use heedful::survey::{Answer, Context, Session, Survey};
use heedful_tests::here;
use serde_json::Value;

#[test]
fn every_language_runs_the_same_sessions() {
    let text = std::fs::read_to_string(here().join("sessions.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    for case in cases {
        let name = &case["name"];
        let survey = Survey::preset(case["preset"].as_str().unwrap()).unwrap();
        let context: Context = serde_json::from_value(case["context"].clone()).unwrap();
        let mut session = Session::start(survey.clone(), context).unwrap();
        for step in case["steps"].as_array().unwrap() {
            let shown = serde_json::to_value(session.step()).unwrap();
            assert_eq!((&shown["id"], &shown["type"]), (&step["id"], &step["type"]), "{name}");
            if step["text"].is_string() {
                assert_eq!(shown["text"], step["text"], "{name}");
            }
            let answer = Answer::from_json(&step["answer"].to_string()).unwrap();
            let before = session.to_json();
            match (session.answer(step["id"].as_str().unwrap(), answer), step["error"].as_str()) {
                (Ok(_), None) => {
                    session = Session::from_json(survey.clone(), &session.to_json()).unwrap()
                }
                (Err(error), Some(code)) => {
                    let path = step["path"].as_str().unwrap();
                    assert_eq!((error.code().as_str(), error.path()), (code, path), "{name}");
                    assert_eq!(session.to_json(), before, "{name}");
                }
                (other, code) => panic!("{name}: {other:?}, not {code:?}"),
            }
        }
        assert_eq!(serde_json::to_value(session.status()).unwrap(), case["status"], "{name}");
        let response = serde_json::to_value(session.response()).unwrap();
        for (field, value) in case["response"].as_object().unwrap() {
            let same =
                response[field].as_f64().is_some_and(|number| Some(number) == value.as_f64());
            assert!(same || response[field] == *value, "{name}: {field} is {}", response[field]);
        }
    }
}
