//go:build linux

package loadgen

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// grpcServer serves what is registered.
func grpcServer(t *testing.T, register func(*grpc.Server), o ...grpc.ServerOption) (address string) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer(o...)
	register(s)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(s.Stop)
	return l.Addr().String()
}

func TestGRPCProbe(t *testing.T) {
	h := health.NewServer()
	at := grpcServer(t, func(s *grpc.Server) { healthpb.RegisterHealthServer(s, h) })
	check := load.Check{GRPC: &load.GRPCProbe{Address: at}}
	expectAnswer(t, knockOn(t, check), true, true, "SERVING")
	h.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	expectAnswer(t, knockOn(t, check), false, true, "NOT_SERVING")
	h.SetServingStatus("shop.v1.Cart", healthpb.HealthCheckResponse_SERVING)
	check.GRPC.Service = "shop.v1.Cart"
	expectAnswer(t, knockOn(t, check), true, true, "SERVING")
	check.GRPC.Service = "shop.v1.Card"
	expectAnswer(t, knockOn(t, check), false, true, "NotFound")
	check.GRPC.Address = strings.TrimSuffix(closedPort(t)[len("http://"):], "/")
	expectAnswer(t, knockOn(t, check), false, true, "refused")
	check.GRPC.Address = grpcServer(t, func(*grpc.Server) {})
	expectAnswer(t, knockOn(t, check), false, true, "Unimplemented")
}

// asks is a server's connections, each handled as a test says.
func asks(t *testing.T, handle func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go handle(c)
		}
	}()
	return l.Addr().String()
}

// One that hangs, hangs up, or speaks another protocol is reported as such, and in time.
func TestGRPCProbeOfABrokenServer(t *testing.T) {
	over := make(chan struct{})
	defer close(over)
	hang := asks(t, func(c net.Conn) { <-over; _ = c.Close() })
	check := load.Check{Timeout: 100 * time.Millisecond, GRPC: &load.GRPCProbe{Address: hang}}
	expectAnswer(t, knockOn(t, check), false, true, "timeout")
	check.GRPC.Address = grpcServer(t, func(s *grpc.Server) {
		healthpb.RegisterHealthServer(s, slowHealth{over: over})
	})
	expectAnswer(t, knockOn(t, check), false, true, "timeout")
	check.Timeout = 5 * time.Second
	check.GRPC.Address = asks(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 100))
		_ = c.(*net.TCPConn).SetLinger(0)
		_ = c.Close()
	})
	expectAnswer(t, knockOn(t, check), false, true, "reset")
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	check.GRPC.Address = web.Listener.Addr().String()
	if a := knockOn(t, check); a.Good || !a.Known {
		t.Errorf("a web server: have %+v", a)
	}
}

// slowHealth does not answer before it is over: a server is sent the deadline, and may meet it
// before who asks.
type slowHealth struct {
	healthpb.UnimplementedHealthServer
	over chan struct{}
}

func (s slowHealth) Check(ctx context.Context, _ *healthpb.HealthCheckRequest) (
	*healthpb.HealthCheckResponse, error) {
	select {
	case <-s.over:
		return &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVING}, nil
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
}

// By TLS it trusts the given authority, and no other.
func TestGRPCProbeByTLS(t *testing.T) {
	known := httptest.NewTLSServer(nil) // for its certificate, of 127.0.0.1
	defer known.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: known.Certificate().Raw})
	at := grpcServer(t, func(s *grpc.Server) { healthpb.RegisterHealthServer(s, health.NewServer()) },
		grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: known.TLS.Certificates})))
	check := load.Check{GRPC: &load.GRPCProbe{Address: at, TLS: true, CA: string(ca)}}
	expectAnswer(t, knockOn(t, check), true, true, "SERVING")
	check.GRPC.CA = ""
	expectAnswer(t, knockOn(t, check), false, true, "tls-authority")
	check.GRPC.TLS = false
	if a := knockOn(t, check); a.Good || !a.Known {
		t.Errorf("asked without TLS: have %+v", a)
	}
}
