//! Who asks: from which address, and whether what they send is protected on its way. Put into every request by `serve`.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;

/// The other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its address.
    pub peer: IpAddr,
    /// It speaks TLS.
    pub secure: bool,
}

impl Connection {
    /// Of a request; one that nothing is known of counts as coming from elsewhere.
    pub fn of(extensions: &Extensions) -> Self {
        let elsewhere = Self { peer: IpAddr::V4(Ipv4Addr::UNSPECIFIED), secure: false };
        extensions.get().copied().unwrap_or(elsewhere)
    }

    /// It comes from this machine.
    pub fn is_local(self) -> bool {
        self.peer.to_canonical().is_loopback()
    }

    /// The address by which requests are counted: of IPv6 the network, whose addresses one machine may all have.
    pub fn counted_by(self) -> IpAddr {
        match self.peer.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Connection {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_machine_is_counted_once_whichever_address_it_takes() {
        let counted = |text: &str| Connection { peer: text.parse().expect("an address"), secure: true }.counted_by();
        assert_eq!(counted("2001:db8::1"), counted("2001:db8::ffff:0:0:2"));
        assert_ne!(counted("2001:db8::1"), counted("2001:db8:0:1::1"));
        assert_eq!(counted("::ffff:10.0.0.1"), counted("10.0.0.1"));
        assert_ne!(counted("10.0.0.1"), counted("10.0.0.2"));
        assert!(!Connection::of(&Extensions::new()).is_local(), "what nothing is known of is not trusted");
    }
}
