//! Serving: so many connections and no more, and none that keeps a place without asking anything.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Connections at once; a browser opens six.
const CONNECTIONS_MAX: usize = 128;
/// How long the head of a request may take to come, the first one and each after it.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How long what is being answered has at the end.
const ENDS_WITHIN: Duration = Duration::from_millis(500);

/// Answers until it is told to stop.
pub async fn serve(listener: TcpListener, app: Router, mut stopped: watch::Receiver<bool>) {
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
            Ok((stream, _)) => {
                let app = app.clone();
                let stopped = stopped.clone();
                connections.spawn(async move {
                    let _place = place;
                    converse(stream, app, stopped).await;
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

async fn converse(stream: TcpStream, app: Router, mut stopped: watch::Receiver<bool>) {
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
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
