// Package authority makes the certificates of a drill: an authority anew for
// each run, and what it signs. Keys are ECDSA P-256, live in memory, and end
// with the drill.
package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// Pair is a certificate and its key, both PEM.
type Pair struct {
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
}

// Validity is when a certificate is valid.
type Validity struct{ From, Until time.Time }

// Clocks of a drill's containers may be behind by an hour, and no drill lasts
// for a day.
const (
	before = time.Hour
	after  = 24 * time.Hour
)

// Current is valid now.
func Current() Validity {
	now := time.Now()
	return Validity{now.Add(-before), now.Add(after)}
}

// Expired ran out two hours ago, having been valid for a day: later than any
// clock's error, and within the authority's own time.
func Expired() Validity {
	until := time.Now().Add(-2 * before)
	return Validity{until.Add(-after), until}
}

// New makes an authority that signs itself.
func New(name string) (Pair, error) {
	return sign(authorityOf(name), nil)
}

// Intermediate makes an authority that another signs. A server that has its certificate from
// it has to show both: clients trust the one at the top alone.
func (ca Pair) Intermediate(name string) (Pair, error) {
	signer, err := ca.TLS()
	if err != nil {
		return Pair{}, err
	}
	return sign(authorityOf(name), &signer)
}

func authorityOf(name string) *x509.Certificate {
	c := template(name, Validity{Expired().From, Current().Until})
	c.IsCA, c.BasicConstraintsValid = true, true
	c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	return c
}

// mostCommonName is how long a subject's name may be (RFC 5280, appendix A.1).
const mostCommonName = 64

// Issue makes a server's certificate for some DNS names, as they go over the wire, of which
// there must be one.
func (ca Pair) Issue(v Validity, names ...string) (Pair, error) {
	signer, err := ca.TLS()
	if err != nil {
		return Pair{}, err
	}
	c := template(names[0], v)
	c.DNSNames = names
	if len(names[0]) > mostCommonName {
		c.Subject.CommonName = "" // clients go by the other names
	}
	c.KeyUsage = x509.KeyUsageDigitalSignature
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return sign(c, &signer)
}

// TLS is the pair as crypto/tls takes it.
func (p Pair) TLS() (tls.Certificate, error) {
	c, err := tls.X509KeyPair([]byte(p.Certificate), []byte(p.Key))
	if err != nil {
		return c, fmt.Errorf("certificate: %w", err)
	}
	return c, nil
}

func template(name string, v Validity) *x509.Certificate {
	return &x509.Certificate{Subject: pkix.Name{CommonName: name,
		Organization: []string{"Stormdrill"}}, NotBefore: v.From, NotAfter: v.Until}
}

// sign completes a certificate; without a signer it signs itself.
func sign(c *x509.Certificate, signer *tls.Certificate) (Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	if c.SerialNumber, err = rand.Int(rand.Reader,
		new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return Pair{}, err
	}
	parent, with := c, any(key)
	if signer != nil {
		parent, with = signer.Leaf, signer.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, with)
	if err != nil {
		return Pair{}, fmt.Errorf("certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Pair{}, err
	}
	return Pair{block("CERTIFICATE", der), block("PRIVATE KEY", secret)}, nil
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
