/** The one public endpoint: workflows across the services, and every service's own methods passed through. */
package multimodal.gateway;
