//! Limitador's engine with its counters in memory or in Redis, as limitador-server chooses between them.

use std::collections::HashMap;

use engine::errors::LimitadorError;
use engine::limit::{Context, Limit, Namespace};
use engine::storage::redis::AsyncRedisStorage;
use engine::{AsyncRateLimiter, RateLimiter};
use tonic::Status;

use crate::messages::RateLimitRequest;

/// Counters that Limitador keeps in memory at most: the default of limitador-server.
const CACHE_SIZE: u64 = 10_000;

pub enum Limiter {
    Memory(RateLimiter),
    Redis(AsyncRateLimiter),
}

/// What a call asks for.
#[derive(Clone, Copy)]
pub enum Question {
    /// Envoy's own filter: count the hits, unless that passes a limit.
    CheckAndUpdate,
    /// Kuadrant, when a request comes: is there anything left?
    Check,
    /// Kuadrant, when the answer has told its tokens: count them, whatever the limit.
    Report,
}

impl Limiter {
    pub async fn new(redis_url: Option<&str>, limits: Vec<Limit>) -> Result<Self, String> {
        match redis_url {
            None => {
                let limiter = RateLimiter::new(CACHE_SIZE);
                limiter.configure_with(limits).map_err(text)?;
                Ok(Self::Memory(limiter))
            }
            Some(url) => {
                let storage = AsyncRedisStorage::new(url).await.map_err(text)?;
                let limiter = AsyncRateLimiter::new_with_storage(Box::new(storage));
                limiter.configure_with(limits).await.map_err(text)?;
                Ok(Self::Redis(limiter))
            }
        }
    }

    /// Whether the request is over a limit. An unreachable Redis is an error of the call, as limitador-server has it.
    pub async fn ask(&self, question: Question, request: RateLimitRequest) -> Result<bool, Status> {
        let namespace: Namespace = request.domain.into();
        let descriptors = request.descriptors.into_iter().map(|descriptor| {
            let entries = descriptor.entries.into_iter();
            entries.map(|entry| (entry.key, entry.value)).collect::<HashMap<_, _>>()
        });
        let mut context = Context::default();
        context.list_binding("descriptors".to_string(), descriptors.collect());
        let hits = u64::from(request.hits_addend.max(1));
        let answer = match self {
            Self::Memory(limiter) => match question {
                Question::CheckAndUpdate => limiter
                    .check_rate_limited_and_update(&namespace, &context, hits)
                    .map(|result| result.limited),
                Question::Check => limiter
                    .is_rate_limited(&namespace, &context, 1)
                    .map(|result| result.limited),
                Question::Report => limiter
                    .update_counters(&namespace, &context, hits)
                    .map(|()| false),
            },
            Self::Redis(limiter) => match question {
                Question::CheckAndUpdate => limiter
                    .check_rate_limited_and_update(&namespace, &context, hits)
                    .await
                    .map(|result| result.limited),
                Question::Check => limiter
                    .is_rate_limited(&namespace, &context, 1)
                    .await
                    .map(|result| result.limited),
                Question::Report => limiter
                    .update_counters(&namespace, &context, hits)
                    .await
                    .map(|()| false),
            },
        };
        answer.map_err(|error: LimitadorError| Status::unavailable(text(error)))
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
