//! The room of files over a store.

use std::sync::Arc;

use domain::ids::{MediaId, WorkspaceId};
use store::{Store, StoreOptions};

use super::picture::tests::png;
use super::{Media, PART_BYTES};
use crate::{EngineError, Secrets, SystemClock};

const HERE: WorkspaceId = WorkspaceId(1);
const ELSEWHERE: WorkspaceId = WorkspaceId(2);

fn room() -> (Media, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreOptions::new(folder.path())).unwrap();
    (Media::new(store, Arc::new(SystemClock), Secrets::from_bytes([4; 64]), "http://127.0.0.1:9"), folder)
}

#[tokio::test]
async fn a_file_of_many_parts_comes_back_whole_and_only_to_its_workspace() {
    let (room, _folder) = room();
    let mut bytes = png(100, 100);
    bytes.extend((0..PART_BYTES * 5 + 17).map(|at| (at % 251) as u8));
    let file = room.upload(HERE, "big.png", bytes.clone()).await.unwrap();
    assert_eq!(room.content(HERE, file.file.id).await.unwrap().bytes, bytes);
    assert_eq!(room.content(ELSEWHERE, file.file.id).await, Err(EngineError::NotFound("file")));
    assert_eq!(room.get(ELSEWHERE, file.file.id).await, Err(EngineError::NotFound("file")));
    assert_eq!(room.list(ELSEWHERE, MediaId(i64::MAX), 10).await.unwrap(), []);
    let other = room.upload(ELSEWHERE, "big.png", bytes).await.unwrap();
    assert_ne!(other.file.id, file.file.id, "a workspace has its own copy");
}

#[tokio::test]
async fn what_telegram_does_not_take_is_refused() {
    let (room, _folder) = room();
    for bytes in [Vec::new(), vec![1; (50 << 20) + 1]] {
        let refused = room.upload(HERE, "x", bytes).await;
        assert!(matches!(&refused, Err(EngineError::Invalid(e)) if e[0].path == "/file"), "{refused:?}");
    }
    let mut heavy = png(10, 10);
    heavy.resize((10 << 20) + 1, 0);
    assert_eq!(room.upload(HERE, "heavy.png", heavy).await.unwrap().kinds, ["document"]);
    assert_eq!(room.upload(HERE, "a.png", png(10, 10)).await.unwrap().kinds, ["photo", "document"]);
    let film = room.upload(HERE, "a.mp4", b"\0\0\0\x18ftypisom".to_vec()).await.unwrap();
    assert_eq!(film.kinds, ["video", "document"]);
}
