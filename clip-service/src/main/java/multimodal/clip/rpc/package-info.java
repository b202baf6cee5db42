/** The gRPC edge: requests are parsed, with every fault at once, one pipeline is called, its results are rendered. */
package multimodal.clip.rpc;
