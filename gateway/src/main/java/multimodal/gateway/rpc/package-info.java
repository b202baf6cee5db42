/** {@code WorkflowService}: parse, run, render. */
package multimodal.gateway.rpc;
