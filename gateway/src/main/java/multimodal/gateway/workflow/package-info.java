/**
 * Workflows: typed graphs of RPCs, how they are checked and how they run. Knows nothing of gRPC; what executes a node is
 * given from outside.
 */
package multimodal.gateway.workflow;
