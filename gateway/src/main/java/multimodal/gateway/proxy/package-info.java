/** One address for all: calls, reflection and health of the services below, passed through without knowing their messages. */
package multimodal.gateway.proxy;
