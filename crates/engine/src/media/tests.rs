//! The room of files over a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::event::EventBody;
use domain::ids::{MediaId, WorkspaceId};
use store::{Store, StoreOptions, bots};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::picture::tests::png;
use super::{Media, PART_BYTES};
use crate::test_house::{House, NOW};
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
    assert_eq!(room.content(HERE, file.file.id, None).await.unwrap().bytes, bytes);
    assert_eq!(room.content(ELSEWHERE, file.file.id, None).await, Err(EngineError::NotFound("file")));
    assert_eq!(room.get(ELSEWHERE, file.file.id).await, Err(EngineError::NotFound("file")));
    assert_eq!(room.list(ELSEWHERE, MediaId(i64::MAX), 10).await.unwrap().files, []);
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

#[tokio::test]
async fn a_full_workspace_says_how_full_and_has_room_again_when_something_goes() {
    let (room, _folder) = room();
    let room = room.holding(3 * PART_BYTES as i64);
    let of = |fill: u8| vec![fill; PART_BYTES + 1];
    let first = room.upload(HERE, "a", of(1)).await.unwrap();
    room.upload(HERE, "b", of(2)).await.unwrap();
    let refused = room.upload(HERE, "c", of(3)).await;
    let Err(EngineError::Invalid(faults)) = refused else { panic!("{refused:?}") };
    assert_eq!((faults[0].path.as_str(), faults[0].code), ("/file", "no_room"));
    assert!(faults[0].message.contains("1048574 of 3145728"), "{}", faults[0].message);
    room.upload(ELSEWHERE, "c", of(3)).await.unwrap();
    room.delete(HERE, first.file.id).await.unwrap();
    assert_eq!(room.delete(HERE, first.file.id).await, Err(EngineError::NotFound("file")));
    room.upload(HERE, "c", of(3)).await.unwrap();
    assert_eq!(room.list(HERE, MediaId(i64::MAX), 10).await.unwrap().file_count, 2);
}

/// A Bot API that asks everybody to wait for a quarter of an hour, and how often it was asked.
async fn busy() -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let body = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 900"}"#;
            let head = "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length:";
            let _ = stream.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await;
        }
    });
    (url, asked)
}

#[tokio::test]
async fn a_wait_that_telegram_asks_for_holds_for_the_next_file_too() {
    let house = House::new().await;
    let (url, asked) = busy().await;
    let room = Media::new(house.store.clone(), house.clock(), house.secrets.clone(), url);
    let sealed = house.secrets.seal("42:token").unwrap();
    let workspace = house.workspace;
    let new = move |tx: &store::WriteTx<'_>| {
        let new = bots::NewBot {
            telegram_id: 44,
            username: "files_bot",
            name: "Files",
            token_sealed: &sealed,
            bulk_per_second: None,
            now: NOW,
        };
        Ok(bots::insert(tx, workspace, &new)?)
    };
    let bot = house.write(new).await;
    let ada = house.person_of(bot, 1, "Ada", 1).await;
    let photo = |file: &str| EventBody::Message {
        text: None,
        content: "photo".into(),
        message_id: 5,
        file: Some(file.into()),
        details: None,
        charged: None,
    };
    let first = house.record(ada, NOW, photo("one")).await;
    let second = house.record(ada, NOW, photo("two")).await;
    for event in [first, second, first] {
        let refused = room.received(workspace, ada, event).await;
        assert!(matches!(&refused, Err(EngineError::Telegram(_))), "{refused:?}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1, "what is to wait is not asked");
}
