//! TLS to a PostgreSQL that wants it, with an authority made here.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::House;
use crate::{Store, StoreError, settings};

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// Its certificate.
    file: tempfile::NamedTempFile,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), issuer.pem()).unwrap();
        Self { issuer, file }
    }

    /// A certificate for a host, and its key.
    fn certificate(&self, host: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

/// A server whose certificate is for `localhost`, its authority, and another one.
fn scene() -> Option<(cluster::Encrypted, Authority, Authority)> {
    cluster::database_or_skip()?;
    let (authority, stranger) = (Authority::new("Muster's tests"), Authority::new("Somebody else"));
    let (certificate, key) = authority.certificate("localhost");
    Some((cluster::encrypted(&certificate, &key).unwrap(), authority, stranger))
}

fn url(server: &cluster::Encrypted, host: &str, wish: &str, authority: Option<&Authority>) -> String {
    let file = |authority: &Authority| -> PathBuf { authority.file.path().to_path_buf() };
    let file = authority.map(|authority| format!("&sslrootcert={}", file(authority).display()));
    let (port, password) = (server.port, cluster::PASSWORD);
    format!("postgres://muster:{password}@{host}:{port}/postgres?{wish}{}", file.unwrap_or_default())
}

fn open(url: String) -> Result<Store, StoreError> {
    let mut house = House::sqlite();
    house.options.postgres_url = Some(url);
    Store::open(&house.options)
}

/// The server's own word on whether a store's connection is encrypted.
async fn is_encrypted(store: &Store) -> bool {
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let found = store.reader().read(move |tx| tx.row(sql, &[], |row| row.get::<bool>(0)));
    found.await.unwrap().unwrap()
}

#[tokio::test]
async fn a_server_that_proves_itself_is_spoken_to_through_tls() {
    let Some((server, authority, stranger)) = scene() else { return };
    for (host, wish, file) in [
        ("localhost", "sslmode=verify-full", Some(&authority)),
        // The password is tied to this very connection: nobody in between can pass it on.
        ("localhost", "channel_binding=require&sslmode=verify-full", Some(&authority)),
        ("127.0.0.1", "sslmode=verify-ca", Some(&authority)),
        ("127.0.0.1", "sslmode=require", None),
        ("127.0.0.1", "sslmode=prefer", None),
        ("127.0.0.1", "connect_timeout=5", None),
    ] {
        let store = open(url(&server, host, wish, file)).unwrap_or_else(|error| panic!("{wish}: {error}"));
        assert!(is_encrypted(&store).await, "{wish}");
        store.write(|tx| settings::set(tx, "name", "value")).await.unwrap();
        store.close().await;
    }
    drop(stranger);
}

#[tokio::test]
async fn a_server_that_does_not_is_refused_in_a_sentence() {
    let Some((server, authority, stranger)) = scene() else { return };
    for (host, wish, file, told) in [
        ("localhost", "sslmode=verify-full", &stranger, "not signed by an authority that is trusted"),
        ("localhost", "sslmode=verify-ca", &stranger, "not signed by an authority that is trusted"),
        ("127.0.0.1", "sslmode=verify-full", &authority, "not valid for name \"127.0.0.1\""),
    ] {
        let error = open(url(&server, host, wish, Some(file))).err().unwrap();
        assert!(matches!(&error, StoreError::Untrusted { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.contains(told) && said.contains("sslrootcert"), "{said}");
    }
    // The system's authorities do not know ours.
    let error = open(url(&server, "localhost", "sslmode=verify-full", None)).err().unwrap();
    assert!(matches!(&error, StoreError::Untrusted { .. } | StoreError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_wants_tls_lets_nobody_in_without() {
    let Some((server, ..)) = scene() else { return };
    let error = open(url(&server, "localhost", "sslmode=disable", None)).err().unwrap();
    assert!(matches!(&error, StoreError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("sslmode"), "{error}");
}
