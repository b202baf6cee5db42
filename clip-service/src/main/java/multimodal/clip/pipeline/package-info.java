/** One class for each task, and the options and results of each. Nothing of gRPC, protobuf or Quarkus. */
package multimodal.clip.pipeline;
