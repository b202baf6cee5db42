/** The services below, as workflow nodes: one executor for each RPC. No stub is used anywhere else. */
package multimodal.gateway.client;
