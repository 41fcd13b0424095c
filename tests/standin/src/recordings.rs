//! The recorded answers on disk, read once. Knows nothing of HTTP serving.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::Value;

use crate::framing::split_events;

/// One recorded answer of the Gemini API and the request that it answered.
#[derive(Debug)]
pub struct Recording {
    pub id: String,
    /// `stream`, `unary`, `count`, `embed`, `models`, `files` or `other`.
    pub kind: String,
    /// Path and query as recorded, such as `/v1beta/models/gemini-2.5-flash:generateContent`.
    pub path: String,
    pub request: Value,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Recording {
    /// The answer's JSON objects: one an event for a stream, one for anything else. What does not parse is left out.
    pub fn objects(&self) -> Vec<Value> {
        if self.kind != "stream" {
            return serde_json::from_slice(&self.body).into_iter().collect();
        }
        let events = split_events(&self.body);
        let data = events.iter().map(|event| event.strip_prefix(b"data: ").unwrap_or(event));
        data.filter_map(|json| serde_json::from_slice(json).ok()).collect()
    }

    /// The visible text: that of candidate 0, without thoughts.
    pub fn text(&self) -> String {
        let objects = self.objects();
        let parts =
            objects.iter().filter_map(|object| object["candidates"][0]["content"]["parts"].as_array());
        parts
            .flatten()
            .filter(|part| part["thought"] != true)
            .filter_map(|part| part["text"].as_str())
            .collect()
    }

    /// The model that was asked, if the path names one.
    pub(crate) fn model(&self) -> Option<&str> {
        self.path.split_once("models/")?.1.split_once(':').map(|(model, _)| model)
    }
}

/// All recordings of a directory, by id.
#[derive(Debug)]
pub struct Recordings {
    by_id: BTreeMap<String, Arc<Recording>>,
}

impl Recordings {
    /// The directory that comes with this crate's source.
    pub fn directory() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings")
    }

    /// The recordings that come with this crate's source; read once a process.
    pub fn bundled() -> Arc<Self> {
        static BUNDLED: OnceLock<Arc<Recordings>> = OnceLock::new();
        let read =
            || Arc::new(Self::read(&Self::directory()).expect("the crate's own recordings are readable"));
        Arc::clone(BUNDLED.get_or_init(read))
    }

    /// Reads `dir/gemini/*.meta.json` and the bodies that they name.
    ///
    /// # Errors
    /// When the directory or a file cannot be read, or a meta file is not what INDEX.md describes.
    pub fn read(dir: &Path) -> io::Result<Self> {
        let dir = dir.join("gemini");
        let mut by_id = BTreeMap::new();
        for entry in fs::read_dir(&dir)? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(".meta.json") {
                let recording = read_one(&dir, &path)?;
                by_id.insert(recording.id.clone(), Arc::new(recording));
            }
        }
        Ok(Self { by_id })
    }

    pub fn get(&self, id: &str) -> Option<Arc<Recording>> {
        self.by_id.get(id).cloned()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Recording>> {
        self.by_id.values()
    }

    /// The models that answered in some recording.
    pub(crate) fn models(&self) -> BTreeSet<String> {
        self.iter().filter(|r| r.status == 200).filter_map(|r| r.model()).map(str::to_owned).collect()
    }
}

fn read_one(dir: &Path, path: &Path) -> io::Result<Recording> {
    let meta: Value = serde_json::from_slice(&fs::read(path)?)?;
    let missing = |field: &str| io::Error::other(format!("{} has no {field}", path.display()));
    let text = |value: &Value, field: &str| value.as_str().map(str::to_owned).ok_or_else(|| missing(field));
    let (request, response) = (&meta["request"], &meta["response"]);
    let status = response["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let headers = response["headers"].as_object().into_iter().flatten();
    Ok(Recording {
        id: text(&meta["id"], "id")?,
        kind: text(&meta["kind"], "kind")?,
        path: text(&request["path"], "request.path")?,
        request: request["body"].clone(),
        status: status.ok_or_else(|| missing("response.status"))?,
        headers: headers
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect(),
        body: fs::read(dir.join(text(&response["body_file"], "response.body_file")?))?.into(),
    })
}
