package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pkg/bootstrap"
	"istio.io/istio/pkg/config/mesh"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// podConfiguration is the mesh configuration as the Gateway changes it for its own pod.
func podConfiguration(gateway *gatewayv1.Gateway) (*meshconfig.MeshConfig, error) {
	configuration := mesh.DefaultMeshConfig()
	// As Istio's installation writes it: this puts istio.stats into the listener.
	configuration.DefaultProviders = &meshconfig.MeshConfig_DefaultProviders{Metrics: []string{"prometheus"}}
	if own, found := podAnnotations(gateway)["proxy.istio.io/config"]; found {
		return mesh.ApplyProxyConfig(own, configuration)
	}
	return configuration, nil
}

// startConfiguration is the file that the pod's agent writes for Envoy: Istio's own template, filled in by the agent's own
// code from the annotations of the pod.
func startConfiguration(gateway *gatewayv1.Gateway, proxy *meshconfig.ProxyConfig) (json.RawMessage, error) {
	id := fmt.Sprintf("router~%s~%s.%s~%s.svc.cluster.local", podAddress, podName(gateway), gateway.Namespace, gateway.Namespace)
	node, err := bootstrap.GetNodeMetaData(bootstrap.MetadataOptions{
		ID:                  id,
		InstanceIPs:         []string{podAddress},
		ProxyConfig:         proxy,
		EnvoyStatusPort:     statusPort,
		EnvoyPrometheusPort: 15090,
	})
	if err != nil {
		return nil, err
	}
	// In the pod these come from files of the downward API.
	node.Metadata.Annotations = podAnnotations(gateway)
	node.Metadata.Labels = podLabels(gateway)
	node.Metadata.Namespace = gateway.Namespace
	var written bytes.Buffer
	if err := bootstrap.New(bootstrap.Config{Node: node}).WriteTo(bootstrapTemplate(), &written); err != nil {
		return nil, err
	}
	var compacted bytes.Buffer
	if err := json.Compact(&compacted, written.Bytes()); err != nil {
		return nil, err
	}
	return compacted.Bytes(), nil
}

// bootstrapTemplate is in the proxy's image, and in the sources of the Istio that this program was built from; Go keeps the
// place of these in every function.
func bootstrapTemplate() string {
	pointer := reflect.ValueOf(bootstrap.New).Pointer()
	file, _ := runtime.FuncForPC(pointer).FileLine(pointer)
	return filepath.Join(filepath.Dir(file), "..", "..", "tools", "packaging", "common", "envoy_bootstrap.json")
}
