import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Maas } from './maas';

/** What stands on a user's PATH in the place of helm, kind and downloads, and writes down how it was called. */
export interface Recorders {
  /** Where the recorders find what they give; see `writeReleases`. */
  readonly releases: string;
  /** Every call of the three programs that changes something, in order: `helm upgrade --install istiod …`. */
  calls(): string[];
  /** Forgets the calls. */
  forget(): void;
  /**
   * From now on a call with this text goes no further than to its record.
   * @returns lets it go on, and every other
   */
  hold(text: string): () => void;
  /** Puts a shell script before the real kubectl: it has the arguments, and may `exec` what nobody can do here, a port-forward. */
  beforeKubectl(script: string): void;
}

/** Every call is a line of this file. */
const CALLS = 'calls';

/** The context that was the current one, to which every call is kept: the same in all of them. */
const KEPT_CONTEXT = / --(kube-)?context=kasd$/;

/** Calls of kubectl that only look. */
const LOOKS =
  /^kubectl( --?[\w-]+=\S+)* (get|version|config|wait|describe|logs|auth|api-resources|port-forward|proxy|diff)\b/;

/**
 * Puts them there: `kubectl` is the real one, but takes a manifest of the internet from the releases; `helm` applies what stands
 * in for a chart; `kind` gives the cluster of the test as its own.
 *
 * @param kubeconfig of the cluster of the test
 */
export function installRecorders(maas: Maas, kubeconfig: string): Recorders {
  const state = join(maas.folder, '.recorders');
  const releases = join(state, 'releases');
  mkdirSync(releases, { recursive: true });
  const calls = join(state, CALLS);
  const [held, gate] = [join(state, 'held'), join(state, 'gate')];
  const shared = `STATE='${state}'\nRELEASES='${releases}'\nprintf '%s\\n' "\${0##*/} $*" >> '${calls}'\n${HOLD}`;
  maas.program('kubectl', `${shared}\n${KUBECTL}`);
  maas.program('helm', `${shared}\n${HELM}`);
  maas.program('kind', `${shared}\nSERVER='${kubeconfig}'\n${KIND}`);
  return {
    releases,
    calls: () =>
      existsSync(calls)
        ? readFileSync(calls, 'utf8')
            .split('\n')
            .map((line) => line.replace(KEPT_CONTEXT, ''))
            .filter((line) => line !== '' && !LOOKS.test(line) && !/^(helm (version|status)|kind get)/.test(line))
        : [],
    forget: () => rmSync(calls, { force: true }),
    beforeKubectl: (script) => writeFileSync(join(state, 'before-kubectl'), script),
    hold: (text) => {
      execFileSync('mkfifo', [gate]);
      writeFileSync(held, text);
      return () => {
        rmSync(held);
        writeFileSync(gate, '');
        rmSync(gate);
      };
    },
  };
}

/** Reading a pipe ends when whoever writes closes it. */
const HOLD = `
if [ -f "$STATE/held" ]; then case "\${0##*/} $*" in *"$(cat "$STATE/held")"*) cat "$STATE/gate" ;; esac; fi
`;

const KUBECTL = `
if [ -f "$STATE/before-kubectl" ]; then . "$STATE/before-kubectl"; fi
left=$#
while [ "$left" -gt 0 ]; do
  argument=$1; shift; left=$((left - 1))
  case "$argument" in --filename=http*)
    url=\${argument#--filename=}
    file="$RELEASES/\${url#*://}"
    [ -f "$file" ] || { echo "error: unable to read URL \\"$url\\", server reported 404 Not Found, status code=404" >&2; exit 1; }
    argument="--filename=$file"
  esac
  set -- "$@" "$argument"
done
exec "$REAL_KUBECTL" "$@"
`;

const HELM = `
command=$1
for argument in "$@"; do case "$argument" in
  --repo=*) repository=\${argument#--repo=} ;;
  --version=*) version=\${argument#--version=} ;;
  --namespace=*) namespace=\${argument#--namespace=} ;;
  --kube-context=*) cluster="$cluster --context=\${argument#--kube-context=}" ;;
  --kubeconfig=*) cluster="$cluster $argument" ;;
  --description=*) description=\${argument#--description=} ;;
esac; done
case "$command" in
version) echo v3.18.0 ;;
upgrade)
  name=$3; chart=$4
  case "$chart" in
    http*) file="$RELEASES/\${chart#*://}" ;;
    */*) file=$chart ;;
    *) file="$RELEASES/\${repository#*://}/$chart-$version.tgz" ;;
  esac
  [ -f "$file" ] || { echo "Error: chart \\"$chart\\" version \\"$version\\" not found in $repository repository" >&2; exit 1; }
  $REAL_KUBECTL $cluster create namespace "$namespace" >/dev/null 2>&1
  $REAL_KUBECTL $cluster apply --server-side --force-conflicts --field-manager=helm --filename="$file" >/dev/null || exit 1
  mkdir -p "$STATE/helm"
  printf '%s\\n%s\\n' "$file" "$description" > "$STATE/helm/$namespace.$name"
  ;;
status)
  [ -f "$STATE/helm/$namespace.$2" ] || { echo "Error: release: not found" >&2; exit 1; }
  printf '{"info":{"description":"%s","status":"deployed"}}\\n' "$(tail -1 "$STATE/helm/$namespace.$2")"
  ;;
uninstall)
  release="$STATE/helm/$namespace.$2"
  [ -f "$release" ] || exit 0
  # Istio's chart asks helm to keep its kinds.
  case "$2" in istio-base) ;; *)
    $REAL_KUBECTL $cluster delete --ignore-not-found --filename="$(head -1 "$release")" >/dev/null || exit 1
  esac
  rm "$release"
  ;;
*) echo "Error: unknown command \\"$command\\"" >&2; exit 1 ;;
esac
`;

const KIND = `
case "$*" in
'get clusters') if [ -f "$STATE/kind" ]; then cat "$STATE/kind"; else echo 'No kind clusters found.' >&2; fi ;;
'create cluster --name llm-maas')
  echo llm-maas > "$STATE/kind"
  sed -e 's/contexts: \\[{name: kasd/contexts: [{name: kind-llm-maas/' -e 's/^current-context: .*/current-context: kind-llm-maas/' "$SERVER" > "$KUBECONFIG"
  ;;
*) echo "ERROR: unknown command $*" >&2; exit 1 ;;
esac
`;
