// Cart is a small service for a live drill. Each request at :8080 asks the Redis at cache:6379,
// and gets 503 where that does not answer; gRPC's health service at :9090 asks it too. Its log has
// each answer of the latter, and when the Redis was lost and found, by CLOCK_MONOTONIC in ns.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	health "google.golang.org/grpc/health/grpc_health_v1"
)

func say(format string, args ...any) {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(err)
	}
	fmt.Printf("%d %s\n", now.Nano(), fmt.Sprintf(format, args...))
}

// cart is the service.
type cart struct {
	health.UnimplementedHealthServer
	redis *redis.Client

	mu   sync.Mutex
	lost bool
}

// well asks the Redis, and says where its answer is another one than before.
func (c *cart) well(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	err := c.redis.Ping(ctx).Err()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil && !c.lost:
		say("redis lost: %v", err)
	case err == nil && c.lost:
		say("redis found")
	}
	c.lost = err != nil
	return err == nil
}

// Check is SERVING while the Redis answers.
func (c *cart) Check(ctx context.Context, _ *health.HealthCheckRequest) (
	*health.HealthCheckResponse, error) {
	status := health.HealthCheckResponse_NOT_SERVING
	if c.well(ctx) {
		status = health.HealthCheckResponse_SERVING
	}
	say("health %s", status)
	return &health.HealthCheckResponse{Status: status}, nil
}

func (c *cart) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !c.well(r.Context()) {
		http.Error(w, "no cache", http.StatusServiceUnavailable)
	}
}

func main() {
	c := &cart{redis: redis.NewClient(&redis.Options{Addr: "cache:6379", MaxRetries: -1,
		DialerRetries: 1})}
	at, err := net.Listen("tcp", ":9090")
	if err != nil {
		panic(err)
	}
	s := grpc.NewServer()
	health.RegisterHealthServer(s, c)
	go func() { panic(s.Serve(at)) }()
	panic(http.ListenAndServe(":8080", c))
}
