package multimodal.client.command;

import picocli.CommandLine.Option;

/** Which collection of pictures is meant. */
final class CollectionOption {

    @Option(names = "--in", paramLabel = "NAME", description = "The collection (default: ${DEFAULT-VALUE}).")
    String name = "pictures";
}
