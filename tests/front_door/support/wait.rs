//! Waiting with a timeout.

use std::time::Duration;

/// Waits for a future. Panics with `description` on a timeout.
pub async fn with_timeout<T>(description: &str, future: impl Future<Output = T>) -> T {
    let result = tokio::time::timeout(Duration::from_mins(1), future).await;
    result.unwrap_or_else(|_| panic!("waited too long for {description}"))
}

/// Calls a function until it returns a value.
pub async fn wait_for<T, F: Future<Output = Option<T>>>(
    description: &str,
    mut probe: impl FnMut() -> F,
) -> T {
    with_timeout(description, async {
        loop {
            if let Some(value) = probe().await {
                return value;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}
