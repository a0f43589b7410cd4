package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
	"istio.io/istio/pkg/kube"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// manifests are the objects that istiod reads.
type manifests struct {
	gateway *gatewayv1.Gateway
	// Kubernetes' own objects and those of the Gateway API.
	objects []runtime.Object
	// Istio's own.
	configs []config.Config
	// Host names of the HTTPRoutes.
	hosts    []string
	warnings []string
}

// Groups of Kubernetes and of the Gateway API that istiod reads here.
var objectGroups = []string{corev1.GroupName, discoveryv1.GroupName, gatewayv1.GroupName}

func readManifests(paths []string) (*manifests, error) {
	found := &manifests{warnings: []string{}}
	files, err := manifestFiles(paths)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := found.addFile(file); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if found.gateway == nil {
		return nil, errors.New("no manifest is a Gateway of " + gatewayv1.GroupName)
	}
	return found, nil
}

func manifestFiles(paths []string) ([]string, error) {
	if len(paths) == 0 {
		return nil, errors.New("usage: istio-listeners FILE|FOLDER... or istio-listeners --istiod ADDRESS POD")
	}
	var files []string
	for _, path := range paths {
		information, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !information.IsDir() {
			files = append(files, path)
			continue
		}
		inside, err := filepath.Glob(filepath.Join(path, "*.yaml"))
		if err != nil {
			return nil, err
		}
		files = append(files, inside...)
	}
	return files, nil
}

func (found *manifests) addFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	documents := yaml.NewYAMLReader(bufio.NewReader(file))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := found.addDocument(document); err != nil {
			return err
		}
	}
}

func (found *manifests) addDocument(document []byte) error {
	object := crd.IstioKind{}
	if err := yaml.Unmarshal(document, &object); err != nil {
		return err
	}
	kind := object.GroupVersionKind()
	if slices.Contains(objectGroups, kind.Group) {
		return found.addObject(document)
	}
	if schema, known := collections.Pilot.FindByGroupVersionAliasesKind(config.FromKubernetesGVK(kind)); known {
		return found.addConfig(schema, &object)
	}
	return nil
}

func (found *manifests) addObject(document []byte) error {
	object, _, err := kube.IstioCodec.UniversalDeserializer().Decode(bytes.TrimSpace(document), nil, nil)
	if err != nil {
		return err
	}
	switch typed := object.(type) {
	case *gatewayv1.Gateway:
		if found.gateway != nil {
			return fmt.Errorf("a second Gateway, %s; one is translated at a time", typed.Name)
		}
		found.gateway = typed
	case *gatewayv1.HTTPRoute:
		for _, host := range typed.Spec.Hostnames {
			found.hosts = append(found.hosts, string(host))
		}
	}
	found.objects = append(found.objects, object)
	return nil
}

// addConfig judges the object as istiod's admission webhook does.
func (found *manifests) addConfig(schema resource.Schema, object *crd.IstioKind) error {
	converted, err := crd.ConvertObject(schema, object, "cluster.local")
	if err != nil {
		return err
	}
	warning, err := schema.ValidateConfig(*converted)
	if err != nil {
		return fmt.Errorf("%s %s: %w", object.Kind, object.Name, err)
	}
	if warning != nil {
		found.warnings = append(found.warnings, fmt.Sprintf("%s %s: %v", object.Kind, object.Name, warning))
	}
	if converted.CreationTimestamp.IsZero() {
		converted.CreationTimestamp = time.Now()
	}
	found.configs = append(found.configs, *converted)
	return nil
}
