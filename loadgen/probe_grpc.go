//go:build linux

package loadgen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/stormdrill/stormdrill/loadgen/load"
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
	trust.ServerName, _, _ = net.SplitHostPort(p.Address)
	return &grpcAsker{p, r, trust}
}

// Ask is good when the health service says SERVING.
func (p *grpcAsker) Ask(ctx context.Context) Reply {
	s, ctx := newTrace(ctx)
	defer s.undo()
	c, secured, err := p.connect(ctx, s)
	if err != nil {
		return failed(classify(err, s.stage()))
	}
	said, broken, err := p.check(ctx, c, secured)
	switch code := status.Code(err); {
	case err == nil:
		return Reply{Good: said == health.HealthCheckResponse_SERVING, Known: true,
			Detail: said.String()}
	case ctx.Err() != nil:
		return failed(classify(ctx.Err(), waiting))
	case code == codes.Unavailable && broken != nil:
		return failed(classify(broken, waiting))
	default:
		return Reply{Known: true, Detail: code.String()}
	}
}

// connect makes the connection, so that its failures are told apart as all checks' are.
func (p *grpcAsker) connect(ctx context.Context, s *trace) (*oneConn,
	credentials.TransportCredentials, error) {
	c, err := p.dialer.dial(ctx, "tcp", p.Address)
	if err != nil {
		return nil, nil, err
	}
	if p.trust == nil {
		return &oneConn{Conn: c}, insecure.NewCredentials(), nil
	}
	s.reached(handshaking)
	secured := tls.Client(c, p.trust)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, nil, err
	}
	s.reached(waiting)
	return &oneConn{Conn: secured}, shaken{insecure.NewCredentials()}, nil
}

// check asks over a connection, which it closes, and says what broke that before.
func (p *grpcAsker) check(ctx context.Context, c *oneConn,
	secured credentials.TransportCredentials) (said health.HealthCheckResponse_ServingStatus,
	broken, err error) {
	to, err := grpc.NewClient("passthrough:///"+p.Address,
		grpc.WithTransportCredentials(secured), grpc.WithContextDialer(c.dial),
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

// oneConn is a connection that a client may have once, and notes what breaks it.
type oneConn struct {
	net.Conn
	given bool

	mu  sync.Mutex
	err error
}

var errGiven = errors.New("the connection was used already")

// dial gives the connection. A client asks for one after the other.
func (c *oneConn) dial(context.Context, string) (net.Conn, error) {
	if c.given {
		return nil, errGiven
	}
	c.given = true
	return c, nil
}

func (c *oneConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.note(err)
	return n, err
}

func (c *oneConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.note(err)
	return n, err
}

func (c *oneConn) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
}

// why is what broke it; nil: nothing did.
func (c *oneConn) why() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// shaken are credentials of a connection whose TLS handshake is over.
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
