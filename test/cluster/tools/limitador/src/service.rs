//! The two gRPC services, by their paths: what a generator would write from the .proto files.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::http;
use tonic::codegen::Service;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use crate::limiter::{Limiter, Question};
use crate::messages::{RateLimitRequest, RateLimitResponse};

const OK: i32 = 1;
const OVER_LIMIT: i32 = 2;

/// Envoy's service, or with `true` Kuadrant's.
#[derive(Clone)]
pub struct RateLimitService<const KUADRANT: bool>(pub Arc<Limiter>);

impl NamedService for RateLimitService<false> {
    const NAME: &'static str = "envoy.service.ratelimit.v3.RateLimitService";
}

impl NamedService for RateLimitService<true> {
    const NAME: &'static str = "kuadrant.service.ratelimit.v1.RateLimitService";
}

impl<const KUADRANT: bool> Service<http::Request<Body>> for RateLimitService<KUADRANT> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let method = request.uri().path().rsplit('/').next().unwrap_or_default();
        let question = match (KUADRANT, method) {
            (false, "ShouldRateLimit") => Question::CheckAndUpdate,
            (true, "CheckRateLimit") => Question::Check,
            (true, "Report") => Question::Report,
            _ => return Box::pin(async { Ok(Status::unimplemented("no such method").into_http()) }),
        };
        let method = Method(self.0.clone(), question);
        Box::pin(async move {
            let codec: ProstCodec<RateLimitResponse, RateLimitRequest> = ProstCodec::default();
            Ok(Grpc::new(codec).unary(method, request).await)
        })
    }
}

struct Method(Arc<Limiter>, Question);

impl UnaryService<RateLimitRequest> for Method {
    type Response = RateLimitResponse;
    type Future = Pin<Box<dyn Future<Output = Result<Response<RateLimitResponse>, Status>> + Send>>;

    fn call(&mut self, request: Request<RateLimitRequest>) -> Self::Future {
        let (limiter, question) = (self.0.clone(), self.1);
        Box::pin(async move {
            let limited = limiter.ask(question, request.into_inner()).await?;
            let overall_code = if limited { OVER_LIMIT } else { OK };
            Ok(Response::new(RateLimitResponse { overall_code }))
        })
    }
}
