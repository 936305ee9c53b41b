//go:build linux

package loadgen

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// grpcAsker asks a health service over a connection that it makes anew.
type grpcAsker struct {
	*load.GRPCProbe
	dialer *dialer
	trust  *tls.Config // nil: without TLS
}

func newGRPCAsker(p *load.GRPCProbe, r *dialer, trust *tls.Config) *grpcAsker {
	if !p.TLS {
		return &grpcAsker{p, r, nil}
	}
	trust = trust.Clone()
	trust.NextProtos = []string{"h2"}
	return &grpcAsker{p, r, trust}
}

// Ask is good when the health service says SERVING.
func (p *grpcAsker) Ask(ctx context.Context) probe.Reply {
	s, ctx := newTrace(ctx)
	defer s.undo()
	c, err := p.dialer.once(ctx, s, p.Address, p.trust)
	if err != nil {
		return failed(classify(err, s.stage()))
	}
	said, broken, err := p.check(ctx, c)
	switch code := status.Code(err); {
	case err == nil:
		return probe.Reply{Good: said == health.HealthCheckResponse_SERVING, Known: true,
			Detail: said.String()}
	case ctx.Err() != nil:
		return failed(classify(ctx.Err(), waiting))
	case code == codes.DeadlineExceeded: // it is sent the deadline, and may report it first
		return failed(classify(context.DeadlineExceeded, waiting))
	case code == codes.Unavailable && broken != nil:
		return failed(classify(broken, waiting))
	default:
		return probe.Reply{Known: true, Detail: code.String()}
	}
}

// check asks over a connection, which it closes, and says what broke that before.
func (p *grpcAsker) check(ctx context.Context, c *oneConn) (
	said health.HealthCheckResponse_ServingStatus, broken, err error) {
	secured := insecure.NewCredentials()
	if p.trust != nil {
		secured = shaken{secured}
	}
	dial := func(context.Context, string) (net.Conn, error) { return c.take() }
	to, err := grpc.NewClient("passthrough:///"+hostname.Address(p.Address),
		grpc.WithTransportCredentials(secured), grpc.WithContextDialer(dial),
		grpc.WithNoProxy(), grpc.WithDisableServiceConfig(), grpc.WithDisableRetry(),
		grpc.WithUserAgent("stormdrill-check"))
	if err != nil {
		return 0, nil, fmt.Errorf("grpc: %w", err)
	}
	defer func() { _, _ = to.Close(), c.Close() }()
	answer, err := health.NewHealthClient(to).Check(ctx,
		&health.HealthCheckRequest{Service: p.Service})
	return answer.GetStatus(), c.why(), err
}

// shaken are credentials of a connection with its TLS handshake over.
type shaken struct {
	credentials.TransportCredentials
}

// ClientHandshake has nothing to do.
func (shaken) ClientHandshake(_ context.Context, _ string, c net.Conn) (net.Conn,
	credentials.AuthInfo, error) {
	return c, credentials.TLSInfo{CommonAuthInfo: credentials.CommonAuthInfo{
		SecurityLevel: credentials.PrivacyAndIntegrity}}, nil
}

// Info says that it is TLS: requests then say https.
func (shaken) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: "tls"}
}

// Clone gives the same.
func (s shaken) Clone() credentials.TransportCredentials { return s }
