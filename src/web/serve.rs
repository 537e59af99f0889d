//! Serving: so many connections and no more, and none that keeps a place without asking anything.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::connection::Connection;
use crate::tls::Certificate;

/// Connections at once; a browser opens six.
const CONNECTIONS_MAX: usize = 128;
/// How long the head of a request may take to come, the first one and each after it.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How long both ends may take to agree on keys.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// How long what is being answered has at the end.
const ENDS_WITHIN: Duration = Duration::from_millis(500);

/// The certificate for the connections that come from now on; it changes when it is renewed.
pub type Tls = watch::Receiver<Certificate>;

/// Answers until it is told to stop: with TLS where there are rules for it, in the clear otherwise.
pub async fn serve(listener: TcpListener, tls: Option<Tls>, app: Router, mut stopped: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let place = tokio::select! {
            _ = told_to_stop(&mut stopped) => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let accepted = tokio::select! {
            _ = told_to_stop(&mut stopped) => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let app = app.clone();
                let stopped = stopped.clone();
                let acceptor = tls.as_ref().map(|tls| TlsAcceptor::from(Arc::clone(&tls.borrow().server)));
                connections.spawn(async move {
                    let _place = place;
                    let who = Connection { peer: peer.ip(), secure: acceptor.is_some() };
                    match acceptor {
                        None => converse(stream, who, app, stopped).await,
                        Some(acceptor) => agree_and_converse(acceptor, stream, who, app, stopped).await,
                    }
                });
            }
            Err(error) => {
                // Out of file descriptors, say: waiting a little is all that helps.
                tracing::warn!(%error, "http_connection_failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    let _ = tokio::time::timeout(ENDS_WITHIN, async { while connections.join_next().await.is_some() {} }).await;
}

async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn agree_and_converse(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    who: Connection,
    app: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let agreed = tokio::select! {
        _ = told_to_stop(&mut stopped) => return,
        agreed = tokio::time::timeout(HANDSHAKE_WITHIN, acceptor.accept(stream)) => agreed,
    };
    match agreed {
        Ok(Ok(stream)) => converse(stream, who, app, stopped).await,
        // A browser that does not know the certificate, or something that speaks no TLS.
        Ok(Err(_)) | Err(_) => tracing::debug!("tls_handshake_failed"),
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    who: Connection,
    app: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(who);
        app.call(request)
    });
    let connection = http.serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = told_to_stop(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if ended.is_err() {
        tracing::debug!("http_connection_broke_off");
    }
}
