//! Files: uploaded for messages, and those that people sent.

use axum::Json;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ids::{ContactId, MediaId};
use engine::media::{Content, Media, Shelf, Uploaded};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::{Path, Query};
use crate::problem::{Code, Problem, Result};
use crate::ranges::{self, Wanted};
use crate::schemas;
use crate::usage::UsedBy;

/// The largest upload in bytes: Telegram's largest file and the form around it.
pub const UPLOAD_BYTES_MAX: usize = (50 << 20) + (1 << 16);
/// Files of one page.
const PAGE_MAX: usize = 100;
/// Content types that a browser may show in a page. Everything else is only saved.
const SHOWN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4"];

/// A file that messages can carry.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaFile {
    pub id: i64,
    pub name: String,
    /// By the bytes themselves.
    pub content_type: String,
    pub byte_count: i64,
    /// Of a picture, in pixels.
    #[schema(required)]
    pub width: Option<i64>,
    #[schema(required)]
    pub height: Option<i64>,
    /// What it can be sent as, best first: `photo`, `video`, `document`.
    #[schema(value_type = Vec<schemas::MediaKind>)]
    pub kinds: Vec<String>,
    pub created_at: i64,
}

impl From<Uploaded> for MediaFile {
    fn from(uploaded: Uploaded) -> Self {
        let Uploaded { file, kinds } = uploaded;
        Self {
            id: file.id.0,
            name: file.name,
            content_type: file.content_type,
            byte_count: file.byte_count,
            width: file.width,
            height: file.height,
            kinds: kinds.into_iter().map(str::to_owned).collect(),
            created_at: file.created_at,
        }
    }
}

/// The form of an upload.
#[derive(ToSchema)]
#[allow(dead_code)] // read by the document alone
pub struct Upload {
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// Takes a file in, at most 50 MB. The same bytes are stored once.
#[utoipa::path(post, path = "/media", tag = "media", operation_id = "upload_media",
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 201, body = MediaFile)))]
pub async fn upload(
    State(media): State<Media>,
    caller: may::UploadFiles,
    request: Request,
) -> Result<(StatusCode, Json<MediaFile>)> {
    let (name, bytes) = file_of(request).await?;
    let uploaded = media.upload(caller.workspace, &name, bytes).await?;
    Ok((StatusCode::CREATED, Json(uploaded.into())))
}

async fn file_of(request: Request) -> Result<(String, Vec<u8>)> {
    let unreadable = |error: MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(Code::TooLarge, "a file has at most 50 MB")
        } else {
            Problem::new(
                Code::Malformed,
                "the form cannot be read; send multipart/form-data with one field, file",
            )
        }
    };
    let form = Multipart::from_request(request, &()).await;
    let mut form =
        form.map_err(|_| Problem::new(Code::Malformed, "send multipart/form-data with one field, file"))?;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().to_owned();
            return Ok((name, field.bytes().await.map_err(unreadable)?.to_vec()));
        }
    }
    Err(Problem::field("/file", "required", "must be there"))
}

/// Which files.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MediaAsk {
    /// Only files with a lower id: the last page's `next`.
    pub before: Option<i64>,
}

/// A file with what uses it: it can be deleted when nothing does.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptFile {
    #[serde(flatten)]
    pub file: MediaFile,
    pub used_by: Vec<UsedBy>,
}

/// A page of files, latest first, and how full the workspace is.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaPage {
    pub items: Vec<KeptFile>,
    #[schema(required)]
    pub next: Option<i64>,
    pub file_count: i64,
    /// Of all files.
    pub byte_count: i64,
    pub byte_count_max: i64,
}

/// The uploaded files, latest first.
#[utoipa::path(get, path = "/media", tag = "media", operation_id = "list_media", params(MediaAsk),
    responses((status = 200, body = MediaPage)))]
pub async fn list(
    State(media): State<Media>,
    caller: may::Read,
    Query(ask): Query<MediaAsk>,
) -> Result<Json<MediaPage>> {
    let before = MediaId(ask.before.unwrap_or(i64::MAX));
    let Shelf { files, file_count, byte_count, byte_count_max } =
        media.list(caller.workspace, before, PAGE_MAX).await?;
    let kept = files.into_iter().map(|(file, users)| {
        let used_by = users.into_iter().map(UsedBy::from).collect();
        KeptFile { file: file.into(), used_by }
    });
    let items: Vec<KeptFile> = kept.collect();
    let next = if items.len() == PAGE_MAX { items.last().map(|item| item.file.id) } else { None };
    Ok(Json(MediaPage { items, next, file_count, byte_count, byte_count_max }))
}

/// One file.
#[utoipa::path(get, path = "/media/{id}", tag = "media", operation_id = "get_media", params(("id" = i64, Path)),
    responses((status = 200, body = MediaFile)))]
pub async fn get(
    State(media): State<Media>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<MediaFile>> {
    Ok(Json(media.get(caller.workspace, MediaId(id)).await?.into()))
}

/// Deletes a file. One that a template, a canned reply, a flow or a campaign that is not over uses answers 409 with who
/// does. Messages that were sent with it stay, and say that it is gone.
#[utoipa::path(delete, path = "/media/{id}", tag = "media", operation_id = "delete_media",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn delete(
    State(media): State<Media>,
    caller: may::EditTemplates,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    media.delete(caller.workspace, MediaId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A file's bytes, or with `Range` a part of them.
#[utoipa::path(get, path = "/media/{id}/content", tag = "media", operation_id = "get_media_content",
    params(("id" = i64, Path)),
    responses((status = 200, content_type = "application/octet-stream"),
        (status = 206, content_type = "application/octet-stream"), (status = 304), (status = 416)))]
pub async fn content(
    State(media): State<Media>,
    caller: may::Read,
    Path(id): Path<i64>,
    headers: HeaderMap,
) -> Result<Response> {
    let (workspace, id) = (caller.workspace, MediaId(id));
    let file = media.get(workspace, id).await?.file;
    let byte_count = u64::try_from(file.byte_count).unwrap_or(0);
    let tag = ranges::tag(&file.hash);
    let wanted = ranges::wanted(&headers, byte_count, tag.as_ref());
    let mut response = match wanted {
        Wanted::Nothing => StatusCode::NOT_MODIFIED.into_response(),
        Wanted::NoSuchPart => StatusCode::RANGE_NOT_SATISFIABLE.into_response(),
        Wanted::Whole => served(media.content(workspace, id, None).await?),
        Wanted::Part(first, last) => {
            let mut part = served(media.content(workspace, id, Some((first, last))).await?);
            *part.status_mut() = StatusCode::PARTIAL_CONTENT;
            part
        }
    };
    ranges::describe(response.headers_mut(), wanted, byte_count, tag);
    Ok(response)
}

/// The file that a person sent, fetched from Telegram, at most 20 MB.
#[utoipa::path(get, path = "/conversations/{id}/files/{event}", tag = "conversations",
    operation_id = "get_received_file", params(("id" = i64, Path), ("event" = i64, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub async fn received(
    State(media): State<Media>,
    caller: may::Read,
    Path((id, event)): Path<(i64, i64)>,
) -> Result<Response> {
    Ok(served(media.received(caller.workspace, ContactId(id), event).await?))
}

/// Bytes from outside are shown, at most, as a picture or a video; they never run.
fn served(content: Content) -> Response {
    let is_shown = SHOWN.contains(&content.content_type.as_str());
    let place = if is_shown { "inline" } else { "attachment" };
    let kind = HeaderValue::from_str(&content.content_type);
    let headers = [
        (header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream"))),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(place)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        // A file never changes; whoever may see it sees it again without asking.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400, immutable")),
    ];
    (headers, HttpBody::from(Bytes::from(content.bytes))).into_response()
}
