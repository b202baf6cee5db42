/** What every gRPC server and client of the fleet shares: faults of a request, statuses with details, paced streams. */
package multimodal.common.rpc;
