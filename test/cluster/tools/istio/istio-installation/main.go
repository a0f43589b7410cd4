// Command istio-installation prints what `istioctl install` with the minimal profile would apply, one Kubernetes object a line,
// as JSON: Istio's own charts, rendered by its own code. No cluster, no network.
//
//	istio-installation
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"istio.io/istio/operator/pkg/render"
	"istio.io/istio/pkg/log"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "istio-installation: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	if err := log.Configure(options); err != nil {
		return err
	}
	sets, _, err := render.GenerateManifest(nil, []string{"profile=minimal"}, false, nil, nil)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(os.Stdout)
	for _, set := range sets {
		for _, object := range set.Manifests {
			if err := encoder.Encode(object.Object); err != nil {
				return err
			}
		}
	}
	return nil
}
