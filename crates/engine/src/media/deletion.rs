//! What uses a file, and deleting one that nothing uses.

use std::collections::BTreeMap;

use domain::ids::{MediaId, WorkspaceId};
use domain::mention::DocumentKind;
use domain::time::DAY_MS;
use store::{ReadTx, bots, flows, media, outbox};

use super::Media;
use crate::mentions::{self, User, UserKind};
use crate::{EngineError, Result};

/// Parts that one commit deletes: what is deleted is overwritten, and others wait meanwhile.
const PARTS_AT_ONCE: usize = 4;

/// Who uses each file: templates, canned replies, campaigns that are not over, flows with their drafts and the versions
/// that people are in.
pub(super) fn users(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<BTreeMap<MediaId, Vec<User>>> {
    let mut found: BTreeMap<MediaId, Vec<User>> = BTreeMap::new();
    for (user, mentions) in mentions::all(tx, workspace)? {
        for file in mentions.files() {
            found.entry(file).or_default().push(user.clone());
        }
    }
    for bot in bots::list(tx, workspace)? {
        for flow in flows::list(tx, bot.id)? {
            let user = User { kind: UserKind::Flow, id: flow.id.0, name: flow.name.clone(), depends: true };
            for version in flows::versions_in_use(tx, bot.id, flow.id)? {
                let Some(graph) = flows::version(tx, bot.id, flow.id, version)? else { continue };
                for file in DocumentKind::Graph.mentions(&graph).files() {
                    let users = found.entry(file).or_default();
                    if !users.iter().any(|known| (known.kind, known.id) == (user.kind, user.id)) {
                        users.push(user.clone());
                    }
                }
            }
        }
    }
    Ok(found)
}

/// Whether a message outside campaigns that is still to be sent carries the file.
fn is_under_way(tx: &ReadTx<'_>, workspace: WorkspaceId, id: MediaId) -> Result<bool> {
    for bot in bots::list(tx, workspace)? {
        let waiting = outbox::unsent_holding(tx, bot.id, "\"media_id\":")?;
        let files = waiting.iter().filter_map(|queued| telegram::stored_message(&queued.message)?.media);
        if files.map(|file| file.id).any(|file| file == id) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Media {
    /// Deletes a file. Messages that were sent with it say so from then on.
    ///
    /// # Errors
    /// There is no such file here; something uses it, which is told.
    pub async fn delete(&self, workspace: WorkspaceId, id: MediaId) -> Result<()> {
        let hidden = self.store.write(move |tx| {
            let file = media::get(tx, workspace, id)?.ok_or(EngineError::NotFound("file"))?;
            let users = users(tx, workspace)?.remove(&id).unwrap_or_default();
            let users: Vec<&User> = users.iter().collect();
            if !users.is_empty() {
                let message = format!("the file \"{}\" is used by {}", file.name, mentions::told(&users));
                return Err(EngineError::Conflict { message, current: Some(mentions::as_json(&users)) });
            }
            if is_under_way(tx, workspace, id)? {
                let message =
                    format!("a message that is still to be sent carries the file \"{}\"", file.name);
                return Err(EngineError::Conflict { message, current: Some(mentions::as_json(&[])) });
            }
            Ok(media::hide(tx, workspace, id)?)
        });
        hidden.await?;
        self.clear(workspace, id).await?;
        let before = self.clock.now() - DAY_MS;
        let left = self.store.reader().read(move |tx| media::left_over(tx, workspace, before));
        for id in left.await? {
            self.clear(workspace, id).await?;
        }
        Ok(())
    }

    async fn clear(&self, workspace: WorkspaceId, id: MediaId) -> Result<()> {
        loop {
            let work = self.store.write(move |tx| media::delete_parts(tx, workspace, id, PARTS_AT_ONCE));
            if !work.await? {
                return Ok(());
            }
        }
    }
}
