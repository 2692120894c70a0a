//! State that a released version wrote stays readable for ever: a failure here is fixed before a
//! release, never by changing the files.

use heedful::cases::{CaseState, Desk, Outcomes};
use heedful::pulse::{Observation, Pulse, Received};
use heedful::{Detector, Tally};
use heedful_tests::here;

#[test]
fn every_stored_tally_is_readable() {
    let mut read = 0;
    for entry in std::fs::read_dir(here().join("state/tally")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let tally = Tally::from_json(&text).unwrap();
        assert_eq!(
            (tally.n(), tally.missing(), tally.invalid(), tally.out_of_range()),
            (15, 7, 1, 2)
        );
        assert!(tally.is_weighted());
        assert_eq!(Tally::from_json(&tally.to_json()).unwrap(), tally);
        read += 1;
    }
    assert!(read >= 1);
}

#[test]
fn every_stored_detector_goes_on() {
    let mut read = 0;
    for entry in std::fs::read_dir(here().join("state/detector")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let detector = Detector::from_json(&text).unwrap();
        assert_eq!((detector.series(), detector.late()), (10, 0));
        let found = detector.series_of(Some("promotions"), None).unwrap();
        assert_eq!(found.answers.last().unwrap().observed, Some(30.0));
        assert_eq!(Detector::from_json(&detector.to_json()).unwrap(), detector);
        read += 1;
    }
    assert!(read >= 1);
}

#[test]
fn every_stored_desk_goes_on() {
    let mut read = 0;
    for entry in std::fs::read_dir(here().join("state/desk")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut desk = Desk::from_json(&text).unwrap();
        let states: Vec<CaseState> = desk.cases().map(|case| case.state).collect();
        let (closed, new) = (CaseState::Closed, CaseState::New);
        assert_eq!(states, [closed, new, new, CaseState::Waiting]);
        assert_eq!(Desk::from_json(&desk.to_json()).unwrap(), desk);
        let due = desk.next_tick().unwrap();
        assert!(!desk.tick(due).unwrap().is_empty());
        let report = Outcomes::default().run(&desk, due).unwrap();
        assert_eq!((report.cases, report.recovery.count, report.without_contact), (5, 1, 1));
        assert_eq!(report.lift.map(|lift| lift.value), Some(5.0));
        read += 1;
    }
    assert!(read >= 1);
}

#[test]
fn every_stored_pulse_goes_on() {
    let mut read = 0;
    for entry in std::fs::read_dir(here().join("state/pulse")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut pulse = Pulse::from_json(&text).unwrap();
        assert_eq!(Pulse::from_json(&pulse.to_json()).unwrap(), pulse);
        assert_eq!((pulse.counts().repeated, pulse.to_table().unwrap().len()), (3, 3));
        // Ids are known by their hashes, which stay what they are.
        let again = Observation::new("acme", 9.0, 1_767_225_600_000).id("r1");
        assert_eq!(pulse.observe(&again).unwrap(), Received::Repeated);
        // Thirty days later the key contact has gone silent.
        let alerts = pulse.judge(1_770_681_600_000).unwrap();
        assert_eq!(
            (alerts[0].rule.as_str(), alerts[0].customers.as_slice()),
            ("quiet", &["ada".to_owned()][..])
        );
        read += 1;
    }
    assert!(read >= 1);
}
