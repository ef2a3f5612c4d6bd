//! Strongly connected components, by Tarjan's algorithm.

/// Returns the components of more than one node. `edges[node]` lists the nodes that `node` points to.
pub fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        edges,
        index: vec![None; edges.len()],
        low: vec![0; edges.len()],
        on_stack: vec![false; edges.len()],
        stack: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    for node in 0..edges.len() {
        if search.index[node].is_none() {
            search.visit(node);
        }
    }
    search.found.retain(|component| component.len() > 1);
    search.found.sort();
    search.found
}

struct Search<'a> {
    edges: &'a [Vec<usize>],
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn visit(&mut self, node: usize) {
        let index = self.next;
        self.next += 1;
        self.index[node] = Some(index);
        self.low[node] = index;
        self.stack.push(node);
        self.on_stack[node] = true;
        for &other in &self.edges[node] {
            match self.index[other] {
                None => {
                    self.visit(other);
                    self.low[node] = self.low[node].min(self.low[other]);
                }
                Some(seen) if self.on_stack[other] => self.low[node] = self.low[node].min(seen),
                Some(_) => {}
            }
        }
        if self.low[node] == index {
            let start = self.stack.iter().rposition(|other| *other == node).unwrap();
            let mut component = self.stack.split_off(start);
            for &member in &component {
                self.on_stack[member] = false;
            }
            component.sort_unstable();
            self.found.push(component);
        }
    }
}

#[test]
fn components_of_more_than_one_node_are_found() {
    assert!(cycles(&[vec![1], vec![2], vec![]]).is_empty());
    assert!(cycles(&[vec![0]]).is_empty(), "an edge to the same node is not a cycle");
    let two = [vec![1], vec![2, 0], vec![3], vec![4], vec![3], vec![0]];
    assert_eq!(cycles(&two), [vec![0, 1], vec![3, 4]]);
}
