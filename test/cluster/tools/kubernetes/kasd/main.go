// kasd runs an embedded etcd and the real kube-apiserver in one process, on loopback only: a cluster's API without
// nodes, controllers or containers. It writes <dir>/kubeconfig and <dir>/etcd-url, and ends at once on SIGTERM, SIGINT or, with
// --until-stdin-closes, when its parent is gone. Its state is for throwing away: nothing is synced to disk.
package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

const kubeconfigTemplate = `apiVersion: v1
kind: Config
current-context: kasd
clusters: [{name: kasd, cluster: {server: "https://127.0.0.1:%d", certificate-authority: %q}}]
users: [{name: kasd, user: {token: %q}}]
contexts: [{name: kasd, context: {cluster: kasd, user: kasd, namespace: default}}]
`

func main() {
	log.SetPrefix("kasd: ")
	log.SetFlags(0)
	state := flag.String("dir", "", "directory for state, certificates and the kubeconfig (required)")
	untilStdinCloses := flag.Bool("until-stdin-closes", false, "end when standard input reaches its end")
	flag.Parse()
	if *state == "" {
		log.Fatal("--dir is required")
	}
	directory, err := filepath.Abs(*state)
	must(err)
	endOnSignal()
	if *untilStdinCloses {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}

	etcdURL := startEtcd(filepath.Join(directory, "etcd"))
	arguments, err := prepare(directory, etcdURL)
	must(err)
	command := app.NewAPIServerCommand()
	command.SetArgs(arguments)
	// The API server has taken the signals for its graceful shutdown, which can take a minute: take them back.
	endOnSignal()
	must(command.ExecuteContext(context.Background()))
}

// endOnSignal ends the process at once.
func endOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-signals
		os.Exit(0)
	}()
}

// startEtcd starts etcd on free loopback ports and returns its client URL.
func startEtcd(directory string) string {
	config := embed.NewConfig()
	config.Dir = directory
	config.LogLevel = "error"
	config.UnsafeNoFsync = true
	clientURL, peerURL := freeURL(), freeURL()
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{clientURL}, []url.URL{clientURL}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peerURL}, []url.URL{peerURL}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	must(err)
	<-etcd.Server.ReadyNotify()
	return clientURL.String()
}

// prepare writes key, token and kubeconfig, and returns the API server's arguments.
func prepare(directory string, etcdURL string) ([]string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	keyFile := filepath.Join(directory, "service-account.key")
	keyBlock := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(keyBlock), 0o600); err != nil {
		return nil, err
	}
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return nil, err
	}
	token := hex.EncodeToString(random)
	tokenFile := filepath.Join(directory, "tokens.csv")
	if err := os.WriteFile(tokenFile, []byte(token+",admin,admin,system:masters\n"), 0o600); err != nil {
		return nil, err
	}
	port := freePort()
	certificates := filepath.Join(directory, "certificates")
	kubeconfig := fmt.Sprintf(kubeconfigTemplate, port, filepath.Join(certificates, "apiserver.crt"), token)
	if err := os.WriteFile(filepath.Join(directory, "kubeconfig"), []byte(kubeconfig), 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(directory, "etcd-url"), []byte(etcdURL), 0o600); err != nil {
		return nil, err
	}
	return []string{
		"--etcd-servers=" + etcdURL,
		// What was can be asked for, as long as the server runs.
		"--etcd-compaction-interval=0",
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", port),
		"--cert-dir=" + certificates,
		"--token-auth-file=" + tokenFile,
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kasd.local",
		"--service-account-key-file=" + keyFile,
		"--service-account-signing-key-file=" + keyFile,
		"--service-cluster-ip-range=10.0.0.0/24",
		"--endpoint-reconciler-type=none",
		// The first waits for the ServiceAccount "default", the second adds a finalizer to volume claims: both need
		// controllers that do not run here. All other default plugins are on, PodSecurity and
		// ValidatingAdmissionPolicy among them.
		"--disable-admission-plugins=ServiceAccount,StorageObjectInUseProtection",
		"--allow-privileged=true",
		"--enable-priority-and-fairness=false",
	}, nil
}

func freeURL() url.URL {
	return url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", freePort())}
}

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
