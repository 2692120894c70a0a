//! Files with traps.

use proptest::prelude::*;

use super::*;
use crate::base::error::{Error, ErrorCode};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::scale::Invalid;
use crate::base::time::Clock;
use crate::listen::column::Column;
use crate::listen::responses::Responses;

fn options() -> CsvOptions {
    CsvOptions::new().rating("score").comment("why").attributes(["plan"])
}

fn place(error: &Error) -> (ErrorCode, &str, Option<u64>, Option<u64>) {
    (error.code(), error.path(), error.row(), error.line())
}

fn refused(file: impl AsRef<[u8]>) -> Error {
    options().read(file.as_ref()).unwrap_err()
}

/// Every cell, whatever the kind of its column.
fn cells(responses: &Responses) -> Vec<Vec<(String, Key)>> {
    (0..responses.len())
        .map(|row| responses.columns().iter().map(|(name, c)| (name.clone(), c.key(row))).collect())
        .collect()
}

fn texts(responses: &Responses, column: &str) -> Vec<String> {
    (0..responses.len()).map(|row| responses.column(column).unwrap().key(row).to_string()).collect()
}

const FILE: &str =
    "why,score,plan\n\"a, b\",10,pro\n\"line\nbreak \"\"quoted\"\"\",0,\n,,free\nNA,7,N/A\n";

#[test]
fn the_same_table_from_every_spelling() {
    let expected = options().read(FILE.as_bytes()).unwrap();
    let responses = &expected.responses;
    assert_eq!((expected.rows, expected.delimiter, expected.dates), (4, Some(','), None));
    assert_eq!(texts(responses, "score"), ["10", "0", "(missing)", "7"]);
    assert_eq!(texts(responses, "plan"), ["pro", "(missing)", "free", "(missing)"]);
    let why = ["a, b", "line\nbreak \"quoted\"", "(missing)", "(missing)"];
    assert_eq!(texts(responses, "why"), why);
    assert!(matches!(responses.column("why"), Some(Column::Text(_))));
    assert!(matches!(responses.column("plan"), Some(Column::Category(_))));

    let same = |bytes: &[u8], options: &CsvOptions| {
        assert_eq!(options.read(bytes).unwrap().responses, *responses);
    };
    same(FILE.trim_end().as_bytes(), &options());
    same(format!("\u{feff}{FILE}").as_bytes(), &options());
    same(
        FILE.replace("why,", " why ,")
            .replace('\n', "\n\n")
            .replace("line\n\nb", "line\nb")
            .as_bytes(),
        &options(),
    );
    let utf16: Vec<u8> = FILE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    same(&utf16, &options().encoding(Encoding::Utf16));
    same(&[&[0xff, 0xfe], utf16.as_slice()].concat(), &options());
    same(FILE.as_bytes(), &options().encoding(Encoding::Latin1));
    let semicolons = "why;score;plan\na, b;10;pro\n'line\nbreak \"quoted\"';0;\n;;free\nNA;7;N/A\n";
    same(semicolons.as_bytes(), &options().quote('\''));
    same(semicolons.replace(';', "\t").as_bytes(), &options().quote('\'').delimiter('\t'));
    let shuffled = "id,plan,score,why\n1,pro,10,\"a, b\"\n2,,0,\"line\nbreak \"\"quoted\"\"\"\n3,free,,\n4,N/A,7,NA\n";
    same(shuffled.as_bytes(), &options());
    let lines = concat!(
        r#"{"why": "a, b", "score": 10, "plan": "pro"}"#,
        "\n\n",
        r#"{"plan": null, "score": 0.0, "why": "line\nbreak \"quoted\"", "more": [1]}"#,
        "\r\n",
        r#"{"plan": "free"}"#,
        "\n",
        r#"{"score": "7", "why": "NA", "plan": "N/A"}"#
    );
    assert_eq!(options().read_jsonl(lines.as_bytes()).unwrap().responses, *responses);
    // A field of Windows line ends keeps them.
    let windows = options().read(FILE.replace('\n', "\r\n").as_bytes()).unwrap().responses;
    assert_eq!(texts(&windows, "why")[1], "line\r\nbreak \"quoted\"");
    assert_eq!(texts(&windows, "score"), texts(responses, "score"));
}

#[test]
fn encodings_are_declared_or_an_error() {
    let latin = b"score,plan,why\n1,caf\xe9,\n2,\x80 5,\n";
    let error = refused(latin);
    assert_eq!(place(&error), (ErrorCode::Encoding, "", Some(0), Some(2)));
    assert!(error.message().contains("latin-1"));
    let read = options().encoding(Encoding::Latin1).read(&latin[..]).unwrap();
    assert_eq!(texts(&read.responses, "plan"), ["café", "€ 5"]);
    // In a column that nobody reads as well, so that the choice of columns does not decide.
    let error = CsvOptions::new().rating("score").read(&latin[..]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Encoding);
    let utf16: Vec<u8> = FILE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = refused(utf16);
    assert_eq!((error.code(), error.message().contains("utf-16")), (ErrorCode::Encoding, true));
    assert_eq!(refused(b"score,caf\xe9\n1,2\n").code(), ErrorCode::Encoding);
}

#[test]
fn broken_rows_have_row_line_column_and_code() {
    let file = "score,why,plan,at,w\n10,\"x\ny\",a,2024-01-01,1\n3,x\n1,2,3,4,5,6\nrude,,a,2024-01-02,1\n12,,a,,1\n5,,a,soon,1\n6,,a,,-1\n7,,a,2024-01-03,2\n8,\"open,a,,1\n";
    let options = options().metric(Metric::nps()).at("at").weight("w");
    let error = options.read(file.as_bytes()).unwrap_err();
    assert_eq!(place(&error), (ErrorCode::Csv, "", Some(1), Some(4)));
    assert_eq!(error.message(), "the row has 2 fields, the header 5");
    let read = options.clone().on_error(OnError::Collect).read(file.as_bytes()).unwrap();
    let found: Vec<_> = read
        .rejected
        .iter()
        .map(|r| (r.row, r.line, r.column.as_deref(), r.code.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (1, 4, None, "csv"),
            (2, 5, None, "csv"),
            (3, 6, Some("score"), "rating-invalid"),
            (4, 7, Some("score"), "rating-out-of-range"),
            (5, 8, Some("at"), "date-invalid"),
            (6, 9, Some("w"), "weight-invalid"),
            (8, 11, None, "csv"),
        ]
    );
    assert_eq!(read.rejected[3].fields, ["12", "", "a", "", "1"]);
    assert!(read.rejected.iter().all(|r| !r.message.contains("rude")));
    assert_eq!((read.rows, read.responses.len()), (9, 2));
    assert_eq!(texts(&read.responses, "score"), ["10", "7"]);
    assert_eq!(texts(&read.responses, "at"), ["1704067200000", "1704240000000"]);
    let json = serde_json::to_value(&read).unwrap();
    assert_eq!(json["rejected"][2]["code"], "rating-invalid");
    assert_eq!(json["dates"], serde_json::json!({"clock": "wall", "day_first": null}));
    assert_eq!(read.rejected_table().len(), 7);
}

#[test]
fn counting_keeps_rows_for_the_score_to_judge() {
    let file = "score,why,plan\n10,,\nrude,,\n12,,\n6.9,,\n,,\nnan,,\ninf,,\n0,,\n";
    for metric in [None, Some(Metric::nps())] {
        let mut options = options().invalid(Invalid::Count);
        options.metric = metric;
        let responses = Responses::read_csv(file.as_bytes(), &options).unwrap();
        let score = crate::Scoring::new(Metric::nps()).invalid(Invalid::Count);
        let score = score.run(&responses).unwrap().rows.remove(0).score;
        let counted = (score.n, score.missing, score.invalid, score.out_of_range);
        assert_eq!(counted, (2, 2, 2, 2));
    }
    // Without a metric and without counting, numbers pass and the rest does not.
    let error = refused("score,why,plan\n10,,\n12,,\ninf,,\n");
    assert_eq!(place(&error), (ErrorCode::RatingOutOfRange, "score", Some(2), Some(4)));
}

#[test]
fn headers() {
    assert_eq!(refused("").code(), ErrorCode::Csv);
    assert_eq!(refused("\n\r\n").code(), ErrorCode::Csv);
    let empty = options().read(&b"score,why,plan"[..]).unwrap();
    assert_eq!((empty.rows, empty.responses.len(), empty.responses.columns().len()), (0, 0, 3));
    let error = refused("Score,why,plan\n1,,\n");
    assert_eq!((error.code(), error.path()), (ErrorCode::MissingColumn, "score"));
    assert!(error.message().contains("Score, why, plan"));
    let twice = "score,x,x,why,plan,\n1,,,,,\n";
    assert_eq!(options().read(twice.as_bytes()).unwrap().rows, 1);
    let error = options().attributes(["x"]).read(twice.as_bytes()).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::DuplicateColumn, "x"));
    let all = CsvOptions::new().rating("score").all_attributes();
    let read = all.read(&b"b,score,,a\nx,1,2,3\n"[..]).unwrap();
    let names: Vec<_> = read.responses.columns().iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["score", "b", "a"]);
    let error = CsvOptions::new().rating("a").weight("a").read(&b"a\n1\n"[..]).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::DuplicateColumn, "a"));
    let one = CsvOptions::new().customer("id").account("id").attributes(["id"]);
    assert_eq!(one.read(&b"id\nx\n"[..]).unwrap().responses.columns().len(), 1);
}

#[test]
fn odd_bytes_and_long_fields() {
    let long = "é".repeat(5 << 20);
    let file = format!("score,why,plan\n9,\"{long}\",a\0b\n10,x,y\n");
    let read = options().read(file.as_bytes()).unwrap();
    assert_eq!(texts(&read.responses, "why"), [long.as_str(), "x"]);
    assert_eq!(texts(&read.responses, "plan"), ["a\0b", "y"]);
    let error = refused("score,why,plan\n\0,x,y\n");
    assert_eq!(place(&error), (ErrorCode::RatingInvalid, "score", Some(0), Some(2)));
    for (delimiter, quote) in [('é', '"'), ('\n', '"'), (',', 'é'), (',', ',')] {
        let error = options().delimiter(delimiter).quote(quote).read(&b"a"[..]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument);
    }
}

#[test]
fn dates_are_settled_by_the_whole_column() {
    let options = CsvOptions::new().at("at");
    let read = |rows: &str| options.read(format!("at\n{rows}").as_bytes());
    let day_first = read("04/03/2024\n28/02/2024\n").unwrap();
    assert_eq!(day_first.dates, Some(DatesRead { clock: Clock::Wall, day_first: Some(true) }));
    // A newer row changes nothing, whichever order it seems to have.
    let more = read("04/03/2024\n28/02/2024\n05/06/2024\n").unwrap();
    assert_eq!(more.responses.slice(0, 2), day_first.responses);
    let error = read("04/03/2024\n28/02/2024\n02/28/2024\n").unwrap_err();
    assert_eq!(place(&error), (ErrorCode::DateInvalid, "at", Some(2), Some(4)));
    let error = read("04/03/2024\n05/06/2024\n").unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::DateAmbiguous, "at"));
    let declared = options.clone().date_format("%m/%d/%Y".parse().unwrap());
    let declared = declared.read(&b"at\n04/03/2024\n"[..]).unwrap();
    assert_eq!(texts(&declared.responses, "at"), ["1712102400000"]);
    let instants = read("2024-03-07T20:09:11Z\n").unwrap();
    assert_eq!(instants.dates.map(|d| d.clock), Some(Clock::Instant));
    let epochs = options.read_jsonl(&b"{\"at\": 1709842151}\n"[..]).unwrap();
    assert_eq!(texts(&epochs.responses, "at"), ["1709842151000"]);
    // A stream cannot look ahead.
    let error = options.stream(&b"at\n28/02/2024\n"[..], 10).unwrap().next().unwrap().unwrap_err();
    assert_eq!(place(&error), (ErrorCode::DateAmbiguous, "at", Some(0), Some(2)));
}

#[test]
fn several_ratings_each_with_its_metric() {
    let options = CsvOptions::new()
        .rating_of("nps", Metric::nps())
        .rating("ok")
        .metric(Metric::preset("psat").unwrap());
    let read = options.read(&b"ok,nps\nYes,10\nno,0 - Not at all likely\n"[..]).unwrap();
    assert_eq!(texts(&read.responses, "ok"), ["1", "0"]);
    assert_eq!(texts(&read.responses, "nps"), ["10", "0"]);
    assert_eq!(read.responses.roles().rating.as_deref(), Some("nps"));
    let lines = b"{\"nps\": 9, \"ok\": true}\n{\"nps\": 1, \"ok\": false}\n";
    assert_eq!(texts(&options.read_jsonl(&lines[..]).unwrap().responses, "ok"), ["1", "0"]);
}

#[test]
fn json_lines() {
    let options = CsvOptions::new().rating("answer.score").attributes(["a.b", "who.plan.name"]);
    let file = concat!(
        r#"{"answer": {"score": 9}, "a.b": 1.5, "a": {"b": 2}, "who": {"plan": {"name": "pro"}}}"#,
        "\n",
        r#"{"answer": {"score": null}, "a": {"b": true}, "who": {"plan": null}}"#,
        "\n",
    );
    let read = options.read_jsonl(file.as_bytes()).unwrap();
    assert_eq!(texts(&read.responses, "answer.score"), ["9", "(missing)"]);
    assert_eq!(texts(&read.responses, "a.b"), ["1.5", "true"]);
    assert_eq!(texts(&read.responses, "who.plan.name"), ["pro", "(missing)"]);
    for (line, code, path) in [
        ("{", ErrorCode::Json, ""),
        ("[1]", ErrorCode::Json, ""),
        (r#"{"answer": {"score": 1}} x"#, ErrorCode::Json, ""),
        (r#"{"answer": {"score": [1]}}"#, ErrorCode::Json, "answer.score"),
        (r#"{"answer": {"score": "rude"}}"#, ErrorCode::RatingInvalid, "answer.score"),
    ] {
        let file = format!("{{\"answer\": {{\"score\": 1}}}}\n\n{line}\n");
        let error = options.read_jsonl(file.as_bytes()).unwrap_err();
        assert_eq!(place(&error), (code, path, Some(1), Some(3)), "{line}");
        let read = options.clone().on_error(OnError::Collect).read_jsonl(file.as_bytes()).unwrap();
        assert_eq!((read.rejected[0].line, read.rejected[0].fields[0].as_str()), (3, line));
    }
    let error = options.read_jsonl("{\"é\": }".as_bytes()).unwrap_err();
    assert!(error.message().contains("character 7"), "{error}");
    let error = options.read_jsonl(&b"{}\n"[..]).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::MissingColumn, "answer.score"));
    assert!(options.read_jsonl(&b""[..]).unwrap().responses.is_empty());
    let all = CsvOptions::new().all_attributes().read_jsonl(&b"{}\n"[..]).unwrap_err();
    assert_eq!(all.code(), ErrorCode::InvalidArgument);
}

#[test]
fn many_different_texts_are_no_dictionary() {
    use std::fmt::Write;
    let mut file = String::from("id,plan\n");
    for row in 0..70_000 {
        let id = if row == 5 { String::new() } else { format!("c{row}") };
        writeln!(file, "{id},{}", row % 3).unwrap();
    }
    let options = CsvOptions::new().customer("id").attributes(["plan"]);
    let read = options.read(file.as_bytes()).unwrap().responses;
    assert!(matches!(read.column("id"), Some(Column::Text(_))));
    assert!(matches!(read.column("plan"), Some(Column::Category(_))));
    assert_eq!(read.column("id").unwrap().key(69_999), Key::text("c69999"));
    assert_eq!(read.column("id").unwrap().key(5), Key::Missing);
    let batches: Vec<_> =
        options.stream(file.as_bytes(), 999).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(cells(&Responses::concat(&batches).unwrap()), cells(&read));
}

#[test]
fn files_are_read_by_their_name() {
    let folder = std::env::temp_dir().join(format!("heedful-read-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let options = CsvOptions::new().rating("score");
    for (name, text) in [
        ("a.csv", "score;x\n7;a,b\n"),
        ("a.TSV", "score\tx,y,z,u\n7\t\n"),
        ("a.jsonl", "{\"score\": 7}"),
        ("a.ndjson", "{\"score\": 7}\n"),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        assert_eq!(texts(&options.read_path(&path).unwrap().responses, "score"), ["7"], "{name}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(options.read_path(folder.join("a.csv")).unwrap_err().code(), ErrorCode::Io);
}

fn messy() -> impl Strategy<Value = String> {
    let cell = prop_oneof![
        "[0-9]{1,2}",
        Just(String::new()),
        Just("NA".to_owned()),
        Just("2024-03-07".to_owned()),
        Just("\"a, \"\"b\"\"\nc\"".to_owned()),
        Just("\"".to_owned()),
        "[a-zé]{1,3}",
    ];
    let row = prop::collection::vec(cell, 1..6).prop_map(|cells| cells.join(","));
    prop::collection::vec(row, 0..20)
        .prop_map(|rows| format!("score,at,why,plan\n{}", rows.join("\n")))
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(
        bytes in prop::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b"\",;\n\r{}[]:0 ".to_vec())],
            0..200,
        ),
        head in prop::sample::select(vec!["", "score\n", "score,at\n", "\u{feff}", "{\"score\":"]),
    ) {
        let bytes = [head.as_bytes(), &bytes].concat();
        for encoding in [Encoding::Utf8, Encoding::Latin1, Encoding::Utf16] {
            for on_error in [OnError::Stop, OnError::Collect] {
                let options = CsvOptions::new()
                    .rating("score").all_attributes().encoding(encoding).on_error(on_error);
                let _ = options.read(&bytes[..]);
                let options = options.attributes(["at"]);
                let _ = options.read_jsonl(&bytes[..]);
                let _ = options.stream(&bytes[..], 3).map(Iterator::count);
            }
        }
    }

    #[test]
    fn streaming_equals_whole_reading(file in messy(), size in 1_usize..7) {
        let options = CsvOptions::new()
            .rating("score").metric(Metric::nps()).at("at").comment("why").attributes(["plan"])
            .on_error(OnError::Collect);
        let whole = options.read(file.as_bytes()).unwrap();
        let mut stream = options.stream(file.as_bytes(), size).unwrap();
        let mut batches = Vec::new();
        for batch in &mut stream {
            let batch = batch.unwrap();
            prop_assert!(batch.len() <= size);
            batches.push(batch);
        }
        let joined = Responses::concat(&batches).unwrap();
        prop_assert_eq!(cells(&joined), cells(&whole.responses));
        prop_assert_eq!(stream.rows(), whole.rows);
        prop_assert_eq!(&stream.take_rejected(), &whole.rejected);
        prop_assert_eq!(joined.len() as u64 + whole.rejected.len() as u64, whole.rows);
    }
}
