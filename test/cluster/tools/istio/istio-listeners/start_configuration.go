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
	corev1 "k8s.io/api/core/v1"
)

// podConfiguration is the mesh configuration as the pod of a Gateway changes it for itself: by what istiod has written into its
// environment, then by its annotation.
func podConfiguration(pod *corev1.Pod) (*meshconfig.MeshConfig, error) {
	configuration := mesh.DefaultMeshConfig()
	// As Istio's installation writes it: this puts istio.stats into the listener.
	configuration.DefaultProviders = &meshconfig.MeshConfig_DefaultProviders{Metrics: []string{"prometheus"}}
	for _, own := range []string{environment(pod)["PROXY_CONFIG"], pod.Annotations["proxy.istio.io/config"]} {
		if own == "" {
			continue
		}
		changed, err := mesh.ApplyProxyConfig(own, configuration)
		if err != nil {
			return nil, err
		}
		configuration = changed
	}
	return configuration, nil
}

// environment is what the pod's container is started with, as far as it is written there and not asked of the node.
func environment(pod *corev1.Pod) map[string]string {
	values := map[string]string{"ISTIO_META_ISTIO_VERSION": istioVersion} // by the image
	for _, container := range pod.Spec.Containers {
		for _, variable := range container.Env {
			if variable.ValueFrom == nil {
				values[variable.Name] = variable.Value
			}
		}
	}
	return values
}

// startConfiguration is the file that the pod's agent writes for Envoy: Istio's own template, filled in by the agent's own
// code from environment and annotations of the pod.
func startConfiguration(pod *corev1.Pod, proxy *meshconfig.ProxyConfig) (json.RawMessage, error) {
	address := pod.Status.PodIP
	id := fmt.Sprintf("router~%s~%s.%s~%s.svc.cluster.local", address, pod.Name, pod.Namespace, pod.Namespace)
	var variables []string
	for name, value := range environment(pod) {
		variables = append(variables, name+"="+value)
	}
	node, err := bootstrap.GetNodeMetaData(bootstrap.MetadataOptions{
		ID:                  id,
		Envs:                variables,
		InstanceIPs:         []string{address},
		ProxyConfig:         proxy,
		EnvoyStatusPort:     statusPort,
		EnvoyPrometheusPort: 15090,
	})
	if err != nil {
		return nil, err
	}
	// In the pod these come from files of the downward API.
	node.Metadata.Annotations = pod.Annotations
	node.Metadata.Labels = pod.Labels
	node.Metadata.Namespace = pod.Namespace
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
