//! Usage: limitador ADDRESS LIMITS [REDIS_URL]
//!
//! Serves Limitador's engine at ADDRESS (host:port; port 0 takes a free one) over gRPC, with both services that
//! limitador-server has: Envoy's ShouldRateLimit, and Kuadrant's CheckRateLimit and Report. LIMITS is a JSON file: the
//! list of limits as the operator writes it into `spec.limits` of the Limitador object. Prints the address when ready.

mod limiter;
mod messages;
mod service;

use std::sync::Arc;

use engine::limit::{Expression, Limit, Predicate};
use limiter::Limiter;
use serde_json::Value;
use service::RateLimitService;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::Server;

#[tokio::main]
async fn main() {
    if let Err(problem) = serve().await {
        eprintln!("limitador: {problem}");
        std::process::exit(1);
    }
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, limits, redis @ ..] = arguments.as_slice() else {
        return Err("usage: limitador ADDRESS LIMITS [REDIS_URL]".into());
    };
    let limits = read_limits(&std::fs::read_to_string(limits)?)?;
    let limiter = Arc::new(Limiter::new(redis.first().map(String::as_str), limits).await?);
    let listener = TcpListener::bind(address).await?;
    println!("{}", listener.local_addr()?);
    Server::builder()
        .add_service(RateLimitService::<false>(limiter.clone()))
        .add_service(RateLimitService::<true>(limiter))
        .serve_with_incoming(TcpIncoming::from(listener))
        .await?;
    Ok(())
}

/// Reads limits in the form of limitador-operator's `RateLimit`.
fn read_limits(json: &str) -> Result<Vec<Limit>, Box<dyn std::error::Error>> {
    let list: Vec<Value> = serde_json::from_str(json)?;
    list.iter().map(read_limit).collect()
}

fn read_limit(value: &Value) -> Result<Limit, Box<dyn std::error::Error>> {
    let mut limit = Limit::new(
        value["namespace"].as_str().ok_or("a limit without a namespace")?,
        value["max_value"].as_u64().ok_or("a limit without a max_value")?,
        value["seconds"].as_u64().ok_or("a limit without seconds")?,
        strings(&value["conditions"]).map(Predicate::parse).collect::<Result<Vec<_>, _>>()?,
        strings(&value["variables"]).map(Expression::parse).collect::<Result<Vec<_>, _>>()?,
    );
    if let Some(name) = value["name"].as_str() {
        limit.set_name(name.to_string());
    }
    Ok(limit)
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}
