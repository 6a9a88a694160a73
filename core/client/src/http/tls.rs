//! TLS with a provider of its own, whatever else the app around it has installed.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};

/// The cryptography behind every connection.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Returns how the socket talks TLS: with the roots that browsers trust.
///
/// # Errors
///
/// None in practice: the provider supports the default versions.
pub(crate) fn tls_config() -> Result<Arc<ClientConfig>, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_needs_no_provider_of_the_process() {
        assert!(CryptoProvider::get_default().is_none());
        assert!(tls_config().is_ok());
        assert!(CryptoProvider::get_default().is_none());
    }
}
