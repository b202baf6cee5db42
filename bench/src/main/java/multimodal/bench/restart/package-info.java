/** Restarts every process of a fleet in turn while calls run, and tells whether a caller noticed. */
package multimodal.bench.restart;
