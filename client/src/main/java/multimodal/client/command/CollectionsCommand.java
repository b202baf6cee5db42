package multimodal.client.command;

import java.util.List;
import multimodal.client.FleetClient;
import multimodal.client.TraceParent;
import multimodal.client.terminal.Terminal;
import multimodal.client.terminal.TextTable;
import multimodal.client.terminal.TextTable.Column;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.Collection;
import multimodal.clip.v1.DropCollectionRequest;
import multimodal.clip.v1.ListCollectionsRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code fleet collections}: what there is to search, and what is no longer wanted. */
@Command(name = "collections", description = "Lists the collections of pictures, or drops one.")
public final class CollectionsCommand extends GatewayCommand {

    @Option(
            names = "--drop",
            paramLabel = "NAME",
            description = "Drops this one, for good; its pictures stay where they are.")
    String drop;

    @Override
    public Integer call() {
        Terminal terminal = terminal();
        try (FleetClient client = gateway.connect()) {
            ClipServiceGrpc.ClipServiceBlockingStub clip =
                    client.stub(ClipServiceGrpc::newBlockingStub, TraceParent.newTrace());
            if (drop != null) {
                Collection dropped = clip.dropCollection(DropCollectionRequest.newBuilder()
                                .setCollection(drop)
                                .build())
                        .getCollection();
                terminal.println("dropped %s (%d pictures)".formatted(dropped.getName(), dropped.getItemCount()));
            } else {
                lines(clip.listCollections(ListCollectionsRequest.getDefaultInstance())
                                .getCollectionsList())
                        .forEach(terminal::println);
            }
            return ExitCode.OK;
        }
    }

    private static List<String> lines(List<Collection> collections) {
        TextTable table = new TextTable(Column.text("collection"), Column.number("pictures"), Column.text("model"));
        for (Collection collection : collections) {
            table.add(
                    collection.getName(),
                    Long.toString(collection.getItemCount()),
                    collection.getModel().getName() + "/"
                            + collection.getModel().getVersion());
        }
        return table.lines();
    }
}
