package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"istio.io/istio/pilot/pkg/xds/v3"
	"istio.io/istio/pilot/test/xdstest"
	corev1 "k8s.io/api/core/v1"
)

// How long istiod may take for all its answers.
const answerTimeout = 20 * time.Second

// discover asks a running istiod for everything that it has for the Envoy of a pod, in the order in which Envoy does.
func discover(address, file string) (*Translation, error) {
	pod, err := readPod(file)
	if err != nil {
		return nil, err
	}
	configuration, err := podConfiguration(pod)
	if err != nil {
		return nil, err
	}
	start, err := startConfiguration(pod, configuration.DefaultConfig)
	if err != nil {
		return nil, err
	}
	translation := &Translation{Bootstrap: start, Warnings: []string{}}
	return translation, ask(translation, address, start)
}

func readPod(file string) (*corev1.Pod, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pod := &corev1.Pod{}
	return pod, json.Unmarshal(text, pod)
}

func ask(translation *Translation, address string, start json.RawMessage) error {
	node, err := nodeOf(start)
	if err != nil {
		return err
	}
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), answerTimeout)
	defer cancel()
	stream, err := discovery.NewAggregatedDiscoveryServiceClient(connection).StreamAggregatedResources(ctx)
	if err != nil {
		return err
	}
	asked := conversation{stream: stream, node: node}
	clusters, err := resources[*cluster.Cluster](&asked, &translation.Clusters, v3.ClusterType, nil)
	if err != nil {
		return err
	}
	endpoints := xdstest.ExtractEdsClusterNames(clusters)
	if _, err := resources[proto.Message](&asked, &translation.Endpoints, v3.EndpointType, endpoints); err != nil {
		return err
	}
	listeners, err := resources[*listener.Listener](&asked, &translation.Listeners, v3.ListenerType, nil)
	if err != nil {
		return err
	}
	routes := xdstest.ExtractRoutesFromListeners(listeners)
	_, err = resources[proto.Message](&asked, &translation.Routes, v3.RouteType, routes)
	return err
}

// nodeOf is how Envoy introduces itself: as its start configuration says.
func nodeOf(start json.RawMessage) (*core.Node, error) {
	var parts struct{ Node json.RawMessage }
	if err := json.Unmarshal(start, &parts); err != nil {
		return nil, err
	}
	node := &core.Node{}
	return node, protojson.Unmarshal(parts.Node, node)
}

type conversation struct {
	stream discovery.AggregatedDiscoveryService_StreamAggregatedResourcesClient
	node   *core.Node
}

// resources asks for those of a type, for all when there are no names, and prints them.
func resources[Message proto.Message](
	asked *conversation, printed *[]json.RawMessage, kind string, names []string,
) ([]Message, error) {
	request := &discovery.DiscoveryRequest{Node: asked.node, TypeUrl: kind, ResourceNames: names}
	if err := asked.stream.Send(request); err != nil {
		return nil, err
	}
	for {
		answer, err := asked.stream.Recv()
		if err != nil {
			return nil, fmt.Errorf("asked for %s: %w", kind, err)
		}
		if answer.TypeUrl != kind {
			continue // something that changed meanwhile
		}
		var messages []Message
		for _, resource := range answer.Resources {
			message, err := resource.UnmarshalNew()
			if err != nil {
				return nil, err
			}
			messages = append(messages, message.(Message))
		}
		return messages, printAll(printed, messages)
	}
}
