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

// startConfiguration is the file that the pod's agent writes for Envoy: Istio's own template, filled in by the agent's own
// code from the annotations of the pod.
func startConfiguration(gateway *gatewayv1.Gateway, configuration *meshconfig.MeshConfig) (json.RawMessage, error) {
	annotations := podAnnotations(gateway)
	if own, found := annotations["proxy.istio.io/config"]; found {
		applied, err := mesh.ApplyProxyConfig(own, configuration)
		if err != nil {
			return nil, err
		}
		configuration = applied
	}
	id := fmt.Sprintf("router~%s~%s.%s~%s.svc.cluster.local", podAddress, podName(gateway), gateway.Namespace, gateway.Namespace)
	node, err := bootstrap.GetNodeMetaData(bootstrap.MetadataOptions{
		ID:                  id,
		InstanceIPs:         []string{podAddress},
		ProxyConfig:         configuration.DefaultConfig,
		EnvoyStatusPort:     statusPort,
		EnvoyPrometheusPort: 15090,
	})
	if err != nil {
		return nil, err
	}
	// In the pod these come from files of the downward API.
	node.Metadata.Annotations = annotations
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
