//! TLS to PostgreSQL: what `sslmode` and `sslrootcert` of a URL ask for.
//!
//! | `sslmode` | |
//! |---|---|
//! | `disable` | never |
//! | `prefer`, and without one | where the server offers it; whose server it is, is not looked at |
//! | `require` | always; whose server it is, is not looked at: against listeners, not against somebody in between |
//! | `verify-ca` | always; the certificate is signed by an authority of `sslrootcert` |
//! | `verify-full` | always; and it is for the host of the URL |
//!
//! The authorities are those of the file `sslrootcert`, or the system's. On a socket of this machine there is no TLS.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use postgres::Config;
use postgres::config::{Host, SslMode};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What connections are made with.
pub(crate) struct Tls(MakeRustlsConnect);

impl Tls {
    pub(crate) fn connector(&self) -> MakeRustlsConnect {
        self.0.clone()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// How much a server has to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Nothing,
    Authority,
    AuthorityAndName,
}

/// What a URL asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    mode: SslMode,
    proof: Proof,
    authorities: Option<PathBuf>,
}

/// The connections' settings of a URL, and the TLS that it asks for.
///
/// # Errors
/// What is wrong with the URL or with the file of authorities, for people to read.
pub(crate) fn settings(url: &str) -> Result<(Config, Tls), String> {
    let (url, wish) = split(url)?;
    let mut config: Config = url.parse().map_err(|error: postgres::Error| {
        std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
    })?;
    let is_local = |host: &Host| matches!(host, Host::Unix(_));
    let is_local = !config.get_hosts().is_empty() && config.get_hosts().iter().all(is_local);
    config.ssl_mode(if is_local { SslMode::Disable } else { wish.mode });
    // Not the process's own provider: whoever embeds the store may have chosen none.
    let provider = Arc::new(crypto::ring::default_provider());
    let verifier = verifier(&wish, &provider)?;
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok((config, Tls(MakeRustlsConnect::new(tls))))
}

/// Takes what is said of TLS out of a URL: the client's own parser knows less of it.
fn split(url: &str) -> Result<(String, Wish), String> {
    // A password comes before the @, and is no query whatever it holds.
    let after_password = url.find('@').map_or(0, |place| place + 1);
    let query = url[after_password..].find('?').map(|place| after_password + place);
    let (address, query) = query.map_or((url, ""), |place| (&url[..place], &url[place + 1..]));
    let (mut mode, mut authorities, mut others) = (None, None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decode_str(value).decode_utf8().map_err(|_| format!("{name} is not UTF-8"))?;
        match name {
            "sslmode" => mode = Some(value.into_owned()),
            "sslrootcert" if value == "system" => authorities = None,
            "sslrootcert" => authorities = Some(PathBuf::from(value.as_ref())),
            _ => others.push(pair),
        }
    }
    let (mode, proof) = match mode.as_deref() {
        None | Some("prefer") => (SslMode::Prefer, Proof::Nothing),
        Some("disable") => (SslMode::Disable, Proof::Nothing),
        Some("require") => (SslMode::Require, Proof::Nothing),
        Some("verify-ca") => (SslMode::Require, Proof::Authority),
        Some("verify-full") => (SslMode::Require, Proof::AuthorityAndName),
        Some(other) => {
            return Err(format!(
                "sslmode {other} is not known; it is disable, prefer, require, verify-ca or verify-full"
            ));
        }
    };
    if authorities.is_some() && proof == Proof::Nothing {
        return Err("sslrootcert is looked at with sslmode=verify-full or verify-ca only".into());
    }
    let joint = if others.is_empty() { "" } else { "?" };
    Ok((format!("{address}{joint}{}", others.join("&")), Wish { mode, proof, authorities }))
}

fn verifier(wish: &Wish, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, String> {
    if wish.proof == Proof::Nothing {
        return Ok(Arc::new(Lenient { authorities: None, provider: Arc::clone(provider) }));
    }
    let roots = Arc::new(roots(wish.authorities.as_deref())?);
    let authorities = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider))
        .build()
        .map_err(|error| error.to_string())?;
    Ok(match wish.proof {
        Proof::AuthorityAndName => authorities,
        _ => Arc::new(Lenient { authorities: Some(authorities), provider: Arc::clone(provider) }),
    })
}

fn roots(file: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) => {
            let broken = |reason: &str| format!("sslrootcert {} cannot be used: {reason}", file.display());
            let found = CertificateDer::pem_file_iter(file).map_err(|error| broken(&error.to_string()))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| broken(&error.to_string()))?;
                roots.add(certificate).map_err(|error| broken(&error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(broken("it holds no certificate"));
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(
                    "this system has no certificates of authorities; name a file with sslrootcert".into()
                );
            }
        }
    }
    Ok(roots)
}

/// Looks at the authority alone, or at nothing. That the server has the certificate's key is checked all the same.
#[derive(Debug)]
struct Lenient {
    authorities: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(authorities) = &self.authorities else { return Ok(ServerCertVerified::assertion()) };
        match authorities.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            // The name is looked at last, when all else was found to be right.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Why a handshake came to nothing, for people to read; nothing when the error is of something else.
pub(crate) fn refusal(error: &postgres::Error) -> Option<String> {
    if !error.to_string().starts_with("error performing TLS handshake") {
        return None;
    }
    let mut source = std::error::Error::source(error);
    let mut told = error.to_string();
    while let Some(found) = source {
        told = found.to_string();
        let inner = found.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        let inner = inner.and_then(|error| error.downcast_ref::<rustls::Error>());
        match inner.or_else(|| found.downcast_ref()) {
            Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                return Some("its certificate is not signed by an authority that is trusted here".into());
            }
            Some(rustls::Error::InvalidCertificate(fault)) => return Some(fault.to_string()),
            _ => source = found.source(),
        }
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(url: &str) -> (String, Wish) {
        split(url).unwrap()
    }

    #[test]
    fn what_is_said_of_tls_is_taken_out_of_the_url() {
        let (url, found) =
            wish("postgres://u:p?ss@db/muster?sslmode=verify-full&connect_timeout=3&sslrootcert=%2Fca.pem");
        assert_eq!(url, "postgres://u:p?ss@db/muster?connect_timeout=3");
        let authorities = Some(PathBuf::from("/ca.pem"));
        assert_eq!(found, Wish { mode: SslMode::Require, proof: Proof::AuthorityAndName, authorities });
        let (url, found) = wish("postgres://db/muster");
        assert_eq!((url.as_str(), found.mode), ("postgres://db/muster", SslMode::Prefer));
        let (url, found) = wish("postgres://db/muster?sslmode=verify-ca&sslrootcert=system");
        assert_eq!(
            (url.as_str(), found.proof, found.authorities),
            ("postgres://db/muster", Proof::Authority, None)
        );
    }

    #[test]
    fn what_promises_more_than_it_keeps_is_refused() {
        for (url, told) in [
            ("postgres://db/muster?sslmode=always", "sslmode always"),
            ("postgres://db/muster?sslmode=require&sslrootcert=/ca.pem", "verify-full"),
            (
                "postgres://db/muster?sslmode=verify-full&sslrootcert=/nowhere.pem",
                "/nowhere.pem cannot be used",
            ),
        ] {
            let error = settings(url).err().unwrap();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn a_socket_of_this_machine_has_no_tls() {
        let (config, _) = settings("postgres://muster@%2Frun%2Fpg/muster?sslmode=require").unwrap();
        assert_eq!(config.get_ssl_mode(), SslMode::Disable);
    }
}
