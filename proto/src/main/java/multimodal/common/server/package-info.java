/** The chassis that every Quarkus service of the fleet starts with: health, drain, hidden errors, span export. */
package multimodal.common.server;
