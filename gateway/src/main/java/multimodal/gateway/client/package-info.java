/** The services below, as workflow nodes and for their models. They are called from nowhere else. */
package multimodal.gateway.client;
