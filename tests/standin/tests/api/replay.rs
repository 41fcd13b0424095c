//! Recordings come out as they went in.

use std::io::Read;

use flate2::read::GzDecoder;
use standin::recordings::Recordings;
use standin::script::{ErrorForm, Script, numbered_chunk, numbered_text};
use standin::server::Standin;

use crate::client::{Connection, End, MODEL, asked, question, streamed};

#[tokio::test]
async fn every_framing_gives_the_recorded_bytes() {
    let standin = Standin::start().await;
    for id in ["p-stream-text-20-unicode", "fv-stream-success-utf8", "fv-stream-failure-error-mid-stream"] {
        let recorded = Recordings::bundled().get(id).expect("a recording").body.to_vec();
        for framing in ["event", "whole", "one", "seven", "crlf"] {
            let answer = streamed(&standin, &format!("rec:{id}:{framing}")).await;
            assert_eq!((answer.status, &answer.end), (200, &End::Whole), "{id} {framing}");
            assert_eq!(answer.bytes(), recorded, "{id} {framing}");
            match framing {
                "whole" => assert_eq!(answer.chunks.len(), 1, "{id}"),
                "one" => assert_eq!(answer.chunks.len(), recorded.len(), "{id}"),
                "seven" => assert!(answer.chunks.iter().rev().skip(1).all(|chunk| chunk.len() == 7), "{id}"),
                _ => {}
            }
        }
        let cut = streamed(&standin, &format!("rec:{id}:cut")).await;
        assert_eq!(cut.end, End::Dropped);
        assert_eq!(cut.bytes(), recorded[..recorded.len() * 3 / 5]);
    }
}

#[tokio::test]
async fn a_stream_has_the_headers_of_the_api() {
    let standin = Standin::start().await;
    let answer = streamed(&standin, "rec:p-stream-cancel").await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("content-disposition"), Some("attachment"));
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert_eq!(answer.header("server-timing"), Some("gfet4t7; dur=866"));
}

#[tokio::test]
async fn an_error_before_a_stream_is_plain_json_under_the_streams_content_type() {
    let standin = Standin::start().await;
    let answer = streamed(&standin, "rec:m-stream-bad-key-400:whole").await;
    assert_eq!((answer.status, answer.header("content-type")), (400, Some("text/event-stream")));
    assert_eq!(answer.header("content-length"), Some("581"));
    assert_eq!(answer.message(), "API key not valid. Please pass a valid API key.");
    let unary = asked(&standin, "generateContent", "syn:503").await;
    assert_eq!((unary.status, unary.header("content-type")), (503, Some("application/json; charset=UTF-8")));
}

#[tokio::test]
async fn a_unary_answer_is_packed_when_the_client_offers_it() {
    let standin = Standin::start().await;
    let recorded = Recordings::bundled().get("m-unary-flash35-text").expect("a recording").body.to_vec();
    let plain = asked(&standin, "generateContent", "rec:m-unary-flash35-text").await;
    assert_eq!((plain.bytes(), plain.header("content-encoding")), (recorded.clone(), None));
    assert_eq!(plain.header("x-gemini-service-tier"), Some("standard"));
    assert_eq!(plain.header("transfer-encoding"), Some("chunked"));

    let mut connection = Connection::to(&standin).await;
    let headers = [
        ("content-type", "application/json"),
        ("x-goog-api-key", "rec:m-unary-flash35-text"),
        ("accept-encoding", "gzip, deflate"),
    ];
    let target = format!("/v1/models/{MODEL}:generateContent");
    connection.send("POST", &target, &headers, question("hello").to_string().as_bytes()).await;
    let packed = connection.answer().await.expect("an answer");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let mut body = Vec::new();
    GzDecoder::new(packed.bytes().as_slice()).read_to_end(&mut body).expect("the body is gzip");
    assert_eq!(body, recorded);
}

#[tokio::test]
async fn several_requests_share_a_connection_and_a_sequence_advances() {
    let standin = Standin::start().await;
    let mut connection = Connection::to(&standin).await;
    let key = "seq:p-stream-cancel,p-stream-text-20exp";
    let mut texts = Vec::new();
    for _ in 0..3 {
        connection.ask("streamGenerateContent", key, &question("hello")).await;
        texts.push(connection.answer().await.expect("an answer").text());
    }
    assert_eq!(texts, ["Paris", "The capital of France is Paris.\n", "The capital of France is Paris.\n"]);
}

#[tokio::test]
async fn a_recording_of_the_other_kind_is_converted() {
    let standin = Standin::start().await;
    let unary = asked(&standin, "generateContent", "rec:p-stream-usage-live").await.json();
    let recording = Recordings::bundled().get("p-stream-usage-live").expect("a recording");
    assert_eq!(unary["candidates"][0]["content"]["parts"][0]["text"], *recording.text());
    assert_eq!(unary["candidates"][0]["finishReason"], "STOP");
    let stream = streamed(&standin, "rec:m-unary-flash35-text").await;
    assert_eq!((stream.events().len(), stream.text()), (1, "Hello".to_owned()));
}

#[tokio::test]
async fn numbered_chunks_have_the_shape_of_a_true_stream() {
    let standin = Standin::start().await;
    standin.play(Script::chunks(40, std::time::Duration::ZERO));
    let answer = streamed(&standin, "key").await;
    let events = answer.events();
    assert_eq!((events.len(), answer.chunks.len()), (41, 41));
    assert_eq!(answer.text(), numbered_text(40));
    assert!(
        events
            .iter()
            .all(|event| event["modelVersion"] == MODEL && event["responseId"] == events[0]["responseId"])
    );
    let totals: Vec<u64> =
        events.iter().filter_map(|event| event["usageMetadata"]["totalTokenCount"].as_u64()).collect();
    assert!(totals.len() == 41 && totals.is_sorted(), "{totals:?}");
    let reasons: Vec<usize> =
        (0..41).filter(|at| !events[*at]["candidates"][0]["finishReason"].is_null()).collect();
    assert_eq!(reasons, [40]);
    assert_eq!(events[40]["candidates"][0]["content"]["parts"][0]["text"], "");
    assert_eq!(events[1]["candidates"][0]["content"]["parts"][0]["text"], *numbered_chunk(2));
    assert_eq!(streamed(&standin, "chunks:7:0").await.text(), numbered_text(7));
    assert_eq!(streamed(&standin, "chunks:many").await.status, 400);
}

#[tokio::test]
async fn without_alt_sse_a_stream_is_one_json_array() {
    let standin = Standin::start().await;
    let mut connection = Connection::to(&standin).await;
    let headers = [("content-type", "application/json"), ("x-goog-api-key", "key")];
    let target = format!("/v1beta/models/{MODEL}:streamGenerateContent");
    connection.send("POST", &target, &headers, question("hello").to_string().as_bytes()).await;
    let answer = connection.answer().await.expect("an answer");
    assert_eq!(answer.header("content-type"), Some("application/json; charset=UTF-8"));
    assert_eq!(answer.json().as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn an_error_inside_a_stream_has_either_form() {
    let standin = Standin::start().await;
    standin.enqueue(Script::text("one two three", 4).error_after(2, ErrorForm::Event));
    standin.enqueue(Script::text("one two three", 4).error_after(2, ErrorForm::Raw));
    let events = streamed(&standin, "key").await.events();
    assert_eq!((events.len(), &events[2]["error"]["status"]), (3, &"UNAVAILABLE".into()));
    let raw = streamed(&standin, "key").await;
    assert_eq!((raw.status, raw.chunks.len()), (200, 3));
    assert!(
        raw.chunks[2].starts_with(b"{\n  \"error\": {\n"),
        "{:?}",
        String::from_utf8_lossy(&raw.chunks[2])
    );
}
