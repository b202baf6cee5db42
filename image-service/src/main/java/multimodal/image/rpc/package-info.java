/** The edge: requests to options with every violation at once, results to messages. No tensor in it. */
package multimodal.image.rpc;
