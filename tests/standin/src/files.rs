//! Uploaded files: their descriptions, never their bytes. Knows nothing of generate calls.

use std::collections::BTreeMap;

use hyper::HeaderMap;
use serde_json::{Value, json};

use crate::errors::{ApiError, unknown_file};
use crate::recordings::Recordings;
use crate::reply::Reply;

/// The recorded description that new files are modelled on.
const PATTERN: &str = "m-files-2-get";
/// The oldest files go first; no test needs more.
const KEPT: usize = 256;

/// Uploads in progress and the files they became, by id.
#[derive(Default)]
pub(crate) struct Files {
    uploads: BTreeMap<u64, Upload>,
    files: BTreeMap<u64, Value>,
    started: u64,
}

struct Upload {
    display_name: Option<String>,
    mime_type: String,
    received: usize,
}

impl Files {
    /// Step 1: an empty answer whose headers say where the bytes go.
    pub(crate) fn start(
        &mut self,
        headers: &HeaderMap,
        body: &Value,
        version: &str,
        base_url: &str,
    ) -> Reply {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        self.started += 1;
        let id = self.started;
        let named = body["file"]["mimeType"].as_str().map(str::to_owned);
        let mime_type = named.or_else(|| header("x-goog-upload-header-content-type"));
        self.uploads.insert(
            id,
            Upload {
                display_name: body["file"]["displayName"].as_str().map(str::to_owned),
                mime_type: mime_type.unwrap_or_else(|| "application/octet-stream".into()),
                received: 0,
            },
        );
        if self.uploads.len() > KEPT {
            self.uploads.pop_first();
        }
        let url = format!("{base_url}/upload/{version}/files?upload_id={id}&upload_protocol=resumable");
        let mut reply = Reply::whole(200, "text/plain; charset=utf-8", "");
        for (name, value) in [
            ("content-length", "0"),
            ("x-goog-upload-chunk-granularity", "8388608"),
            ("x-goog-upload-control-url", url.as_str()),
            ("x-goog-upload-status", "active"),
            ("x-goog-upload-url", url.as_str()),
        ] {
            reply.headers.insert(name, value.parse().expect("these values are plain ASCII"));
        }
        reply
    }

    /// Step 2: some or all of the bytes. `upload_id` is the authority; a key is not asked for.
    pub(crate) fn receive(
        &mut self,
        upload_id: &str,
        headers: &HeaderMap,
        bytes: usize,
        about: About<'_>,
    ) -> Result<Reply, ApiError> {
        let id = upload_id.parse().ok();
        let upload = id.and_then(|id| self.uploads.get_mut(&id)).ok_or_else(|| unknown_file(upload_id))?;
        let id = id.unwrap_or_default();
        let offset = headers.get("x-goog-upload-offset").and_then(|value| value.to_str().ok()?.parse().ok());
        if offset != Some(upload.received) {
            return Err(ApiError::invalid("Upload offset does not follow what was received."));
        }
        upload.received += bytes;
        let command =
            headers.get("x-goog-upload-command").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !command.contains("finalize") {
            let mut reply = Reply::whole(200, "text/plain; charset=utf-8", "");
            reply.headers.insert("x-goog-upload-status", "active".parse().expect("plain ASCII"));
            return Ok(reply);
        }
        let file = describe(id, upload, about);
        self.uploads.remove(&id);
        self.files.insert(id, file.clone());
        if self.files.len() > KEPT {
            self.files.pop_first();
        }
        let mut reply = Reply::json(200, &json!({"file": file}));
        reply.headers.insert("x-goog-upload-status", "final".parse().expect("plain ASCII"));
        Ok(reply)
    }

    pub(crate) fn list(&self) -> Reply {
        let files: Vec<&Value> = self.files.values().rev().collect();
        Reply::json(200, &if files.is_empty() { json!({}) } else { json!({"files": files}) })
    }

    pub(crate) fn get(&self, name: &str) -> Result<Reply, ApiError> {
        let file = id_of(name).and_then(|id| self.files.get(&id)).ok_or_else(|| unknown_file(name))?;
        Ok(Reply::json(200, file))
    }

    pub(crate) fn delete(&mut self, name: &str) -> Result<Reply, ApiError> {
        id_of(name).and_then(|id| self.files.remove(&id)).ok_or_else(|| unknown_file(name))?;
        Ok(Reply::json(200, &json!({})))
    }
}

/// Where a file is described: the instance's address, the API version and the recordings.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) base_url: &'a str,
    pub(crate) version: &'a str,
    pub(crate) recordings: &'a Recordings,
}

fn describe(id: u64, upload: &Upload, about: About<'_>) -> Value {
    let pattern = about.recordings.get(PATTERN).map(|recording| recording.objects()).unwrap_or_default();
    let mut file = pattern.into_iter().next().unwrap_or_else(|| json!({}));
    let name = format!("files/standin-{id}");
    file["uri"] = format!("{}/{}/{name}", about.base_url, about.version).into();
    file["name"] = name.into();
    file["mimeType"] = upload.mime_type.as_str().into();
    file["sizeBytes"] = upload.received.to_string().into();
    file["state"] = "ACTIVE".into();
    if let Some(members) = file.as_object_mut() {
        // The recorded hash is that of other bytes; these are not kept.
        members.remove("sha256Hash");
        members.remove("displayName");
    }
    if let Some(display_name) = &upload.display_name {
        file["displayName"] = display_name.as_str().into();
    }
    file
}

fn id_of(name: &str) -> Option<u64> {
    name.strip_prefix("standin-")?.parse().ok()
}
