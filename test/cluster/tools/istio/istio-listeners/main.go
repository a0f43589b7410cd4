// Command istio-listeners prints what Istio makes of manifests for the pod of a Gateway: listeners, routes, clusters, endpoints
// and the start configuration of its Envoy, as JSON.
//
//	istio-listeners FILE|FOLDER...
//	istio-listeners --istiod ADDRESS POD
//
// In the first form the translation is istiod's own code, as its own tests run it: no cluster, no network. In the second it
// asks a running istiod as the Envoy of that pod does (POD is a file with the object as the API server has it).
//
// The manifests hold one Gateway of the Gateway API with its HTTPRoutes and EnvoyFilters, and the Services of their backends.
// What istiod would deploy for the Gateway (pod, Service, endpoints) is added; kinds that istiod does not read are left out.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/test"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// How long istiod may take to see all manifests.
const settleTimeout = 20 * time.Second

// Translation is what is printed.
type Translation struct {
	Listeners []json.RawMessage `json:"listeners"`
	Routes    []json.RawMessage `json:"routes"`
	Clusters  []json.RawMessage `json:"clusters"`
	Endpoints []json.RawMessage `json:"endpoints"`
	Bootstrap json.RawMessage   `json:"bootstrap"`
	// What istiod says about manifests that it takes nevertheless.
	Warnings []string `json:"warnings"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "istio-listeners: %v\n", err)
		os.Exit(1)
	}
}

func run(paths []string) error {
	options := log.DefaultOptions()
	options.SetDefaultOutputLevel("all", log.NoneLevel) // else errors about CRDs that its fake cluster lacks
	options.OutputPaths = []string{"stderr"}
	if err := log.Configure(options); err != nil {
		return err
	}
	translation, err := translation(paths)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(translation)
}

func translation(arguments []string) (*Translation, error) {
	if len(arguments) == 3 && arguments[0] == "--istiod" {
		return discover(arguments[1], arguments[2])
	}
	manifests, err := readManifests(arguments)
	if err != nil {
		return nil, err
	}
	var translated *Translation
	err = test.Wrap(func(t test.Failer) {
		done, failure := translate(t, manifests)
		if failure != nil {
			t.Fatal(failure)
		}
		translated = done
	})
	return translated, err
}

func translate(t test.Failer, manifests *manifests) (*Translation, error) {
	pod := gatewayPod(manifests.gateway)
	configuration, err := podConfiguration(pod)
	if err != nil {
		return nil, err
	}
	server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
		KubernetesObjects: append(manifests.objects, deployedFor(manifests.gateway)...),
		Configs:           manifests.configs,
		MeshConfig:        configuration,
	})
	proxy, err := settledProxy(t, server, manifests, configuration.DefaultConfig)
	if err != nil {
		return nil, err
	}
	bootstrap, err := startConfiguration(pod, configuration.DefaultConfig)
	if err != nil {
		return nil, err
	}
	translation := &Translation{Bootstrap: bootstrap, Warnings: manifests.warnings}
	return translation, errors.Join(
		printAll(&translation.Listeners, server.Listeners(proxy)),
		printAll(&translation.Routes, server.Routes(proxy)),
		printAll(&translation.Clusters, server.Clusters(proxy)),
		printAll(&translation.Endpoints, server.Endpoints(proxy)),
	)
}

// settledProxy waits until istiod's informers have brought every route and every backend into the routes of the pod.
func settledProxy(
	t test.Failer, server *xds.FakeDiscoveryServer, manifests *manifests, own *meshconfig.ProxyConfig,
) (*model.Proxy, error) {
	deadline := time.Now().Add(settleTimeout)
	for {
		server.Discovery.ConfigUpdate(&model.PushRequest{Forced: true})
		server.EnsureSynced(t)
		proxy := server.SetupProxy(gatewayProxy(manifests.gateway, own))
		missing := missingHost(server.Routes(proxy), manifests.hosts)
		if missing == "" {
			return proxy, nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("after %v no route of Gateway %s is for host %s", settleTimeout, manifests.gateway.Name, missing)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func missingHost[Routes proto.Message](routes []Routes, hosts []string) string {
	var text strings.Builder
	for _, route := range routes {
		text.WriteString(protojson.Format(route))
	}
	for _, host := range hosts {
		if !strings.Contains(text.String(), `"`+host+`"`) {
			return host
		}
	}
	return ""
}

func printAll[Message proto.Message](printed *[]json.RawMessage, messages []Message) error {
	options := protojson.MarshalOptions{UseProtoNames: true}
	for _, message := range messages {
		text, err := options.Marshal(message)
		if err != nil {
			return err
		}
		*printed = append(*printed, text)
	}
	return nil
}

// gatewayProxy is the pod's Envoy as it introduces itself to istiod.
func gatewayProxy(gateway *gatewayv1.Gateway, own *meshconfig.ProxyConfig) *model.Proxy {
	return &model.Proxy{
		Type:            model.Router,
		ID:              gatewayPod(gateway).Name + "." + gateway.Namespace,
		IPAddresses:     []string{podAddress},
		ConfigNamespace: gateway.Namespace,
		Labels:          podLabels(gateway),
		Metadata: &model.NodeMetadata{
			IstioVersion: istioVersion,
			ClusterID:    "Kubernetes",
			MeshID:       "cluster.local",
			Namespace:    gateway.Namespace,
			Labels:       podLabels(gateway),
			ProxyConfig:  (*model.NodeMetaProxyConfig)(own),
		},
	}
}
