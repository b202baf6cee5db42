/** What the tests of several modules share, and benchmarks with them; no service contains it. */
package multimodal.testing;
