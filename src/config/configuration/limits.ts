import type { TokenOvershoot } from '../../limits/lua-script';
import type { LimitFailureMode } from '../../limits/operator-failure-mode';

/** How token limits are enforced. */
export interface LimitsConfiguration {
  /**
   * What counts tokens: Lua inside the gateway pod (`envoyFilter`), or Kuadrant's TokenRateLimitPolicy with Limitador
   * (`tokenRateLimitPolicy`), for several gateway pods and counters that survive restarts. With that one a tier may use several
   * models only by path (`gateway.routing: path`): then they share one HTTPRoute, by which Limitador counts.
   * @default envoyFilter
   */
  readonly engine?: LimitEngine;
  /**
   * What becomes of tokens beyond a limit. `inflight`: requests that are under way when a limit is reached may pass it.
   * `none`: a request reserves its prompt (a token for four bytes) and its `max_tokens` (without one 512, or what is left
   * where that is less) before it is forwarded, is refused where that does not fit, and settles with its real usage.
   * @default inflight
   */
  readonly overshoot?: TokenOvershoot;
  /**
   * `divide` lets `envoyFilter` run in several gateway pods: each holds its share of every token limit, rounded down.
   * @default - none: more than one replica is refused
   */
  readonly perReplica?: LimitPerReplica;
  /**
   * What becomes of requests while Limitador is down. Written into the environment of Kuadrant's operator, so it holds
   * for the whole cluster. Without Authorino, and without counters of `envoyFilter`, requests are refused in any case.
   * @default - the operator's own setting, which is allow unless somebody changed it
   */
  readonly onFailure?: LimitFailureMode;
  /**
   * Redis, 7.0 or newer, in which Limitador keeps its counters: those of `tokenRateLimitPolicy` and of request limits.
   * @default - none: Limitador counts in memory and forgets with a restart
   */
  readonly redis?: RedisConfiguration;
}

/** What counts tokens. */
export type LimitEngine = 'envoyFilter' | 'tokenRateLimitPolicy';

/** How token limits are shared between gateway pods that do not know of each other. */
export type LimitPerReplica = 'divide';

/** Redis for Limitador: an own server beside it, or with `urlSecret` somebody else's. */
export interface RedisConfiguration {
  /**
   * Size of the own server's volume.
   * @default 1Gi
   */
  readonly size?: string;
  /**
   * StorageClass of the own server's volume.
   * @default - the cluster's default
   */
  readonly storageClass?: string;
  /**
   * Secret in Kuadrant's namespace with the own server's `password` and its `URL`, which is
   * `redis://:<password>@limitador-redis:6379`.
   * @default - well-known credentials on the local demo; refused elsewhere
   */
  readonly existingSecret?: string;
  /**
   * Secret in Kuadrant's namespace with the `URL` of a Redis that somebody else runs, for example
   * `rediss://:<password>@redis.example.com:6379`.
   * @default - none: an own server
   */
  readonly urlSecret?: string;
}
